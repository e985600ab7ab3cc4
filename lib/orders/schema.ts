import { z } from 'zod';
import { publicDeclineCodes } from '#lib/payment-provider/public-decline-code.ts';
import { paymentStatuses } from '#lib/payment-provider/statuses.ts';
import { storedAddressSchema } from '#lib/shipping/shipping-address.ts';

/** Contains only fields that never change, so that replays of a submission always get the same bytes. */
export const orderReceiptSchema = z
  .object({
    id: z.uuid(),
    number: z.string(),
    totalMinor: z.int(),
    currency: z.string(),
    url: z.string().describe("The order's page"),
    statusUrl: z.string().describe('The live order as JSON'),
  })
  .meta({ id: 'OrderReceipt' });

export type OrderReceipt = z.output<typeof orderReceiptSchema>;

export const shortageSchema = z
  .object({ sku: z.string(), requested: z.int(), available: z.int() })
  .meta({ id: 'Shortage' });

export type Shortage = z.output<typeof shortageSchema>;

export const orderStatuses = [
  'placed',
  'payment_pending',
  'payment_processing',
  'payment_unknown',
  'payment_declined',
  'paid',
  'fulfilled',
  'cancelled',
  'refunded',
] as const;

export type OrderStatus = (typeof orderStatuses)[number];

/** How an order ended: cancelled by its shopper or an operator, hold expired, or refunded by the provider. */
export type CancellationSource = 'shopper' | 'hold' | 'operator' | 'provider';

export const orderSchema = z
  .object({
    id: z.uuid(),
    number: z.string(),
    status: z.enum(orderStatuses),
    version: z.int(),
    currency: z.string(),
    subtotalMinor: z.int(),
    shippingMinor: z.int(),
    taxMinor: z.int(),
    discountMinor: z.int(),
    totalMinor: z.int(),
    email: z.string(),
    shippingMethod: z.string(),
    shippingAddress: storedAddressSchema,
    lines: z.array(
      z.object({ sku: z.string(), title: z.string(), quantity: z.int(), unitPriceMinor: z.int() }),
    ),
    payments: z.array(
      z.object({
        attempt: z.int(),
        method: z.string(),
        status: z.enum(paymentStatuses),
        amountMinor: z.int(),
        /** Amount of this attempt whose refund the provider has confirmed. */
        refundedMinor: z.int(),
        /** Why it was declined, limited to reasons that the shopper can act on. */
        declineCode: z.enum(publicDeclineCodes).optional(),
        /** Where the shopper confirms the payment with their bank, while it is `requires_action`. */
        actionUrl: z.string().optional(),
      }),
    ),
    /** Sum of all refunds that the provider has confirmed. */
    refundedMinor: z.int(),
    /** Sum of all refunds that are requested and not confirmed yet. */
    refundRequestedMinor: z.int(),
    /** Whether a bank disputes the payment, or has won such a dispute. */
    disputed: z.boolean(),
    /** The number of the next possible attempt, for `POST /api/orders/{id}/payments`. */
    payable: z.object({ attempt: z.int() }).nullable(),
    /** Until when the order keeps its stock while it is unpaid. */
    holdUntil: z.iso.datetime().nullable(),
    /** Whether the shopper can still cancel it. */
    cancellable: z.boolean(),
    placedAt: z.iso.datetime(),
  })
  .meta({ id: 'Order', description: 'The live order. Amounts are minor units of `currency`.' });

export type OrderView = z.output<typeof orderSchema>;

export const orderSummarySchema = z
  .object({
    id: z.uuid(),
    number: z.string(),
    status: z.enum(orderStatuses),
    currency: z.string(),
    totalMinor: z.int(),
    itemCount: z.int(),
    placedAt: z.iso.datetime(),
  })
  .meta({ id: 'OrderSummary' });

export type OrderSummary = z.output<typeof orderSummarySchema>;
