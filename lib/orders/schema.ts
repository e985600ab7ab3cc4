import { z } from 'zod';
import { challengeSchema } from '#lib/abuse/schema.ts';
import { shippingMethodIds } from '#lib/checkout/quote.ts';
import { checkoutQuoteSchema } from '#lib/checkout/schema.ts';
import { shippingAddressSchema, storedAddressSchema } from '#lib/checkout/shipping-address.ts';
import { emailAddressSchema } from '#lib/email-address.ts';
import { looksLikeCardNumber } from '#lib/payments/card-number.ts';
import { publicDeclineCodes } from '#lib/payments/public-decline-code.ts';

/**
 * What a card is charged with. It is kept with the payment, so a card number is refused before anything is
 * written. Only here: in a name or an address a number as long is legal, such as that of a locker, and one
 * in ten of these has the check digit of a card number.
 */
export const paymentTokenSchema = z
  .string({ error: 'choose a card' })
  .refine((text) => !looksLikeCardNumber(text), {
    error: 'a card number is not accepted here and was not kept; choose a card',
    abort: true,
  })
  .min(1, 'choose a card')
  .max(255, 'may have at most 255 characters')
  .regex(/^[\w-]*$/, 'must be the name that the payment provider gave the card')
  .describe(
    "The provider's name of a payment method. What looks like a card number is refused: 12 to 19 digits with the check digit of a card number, with or without spaces and hyphens.",
  );

/** How an order is to be paid: later by invoice, or now with a payment method of the provider's. */
const paymentChoiceSchema = z.discriminatedUnion(
  'method',
  [
    z.object({ method: z.literal('invoice') }),
    z.object({ method: z.literal('card'), token: paymentTokenSchema }),
  ],
  { error: 'must be invoice or card' },
);

/** What `POST /api/orders` takes. A form post carries the same names, nested ones with dots. */
export const submissionSchema = z
  .object({
    submitToken: z.uuid('must be the UUID that the checkout gave').toLowerCase(),
    cartId: z.uuid('must be the UUID of the cart').toLowerCase(),
    cartVersion: z.int('must be a whole number').min(1, 'must be 1 or more'),
    totalMinor: z.int('must be a whole number of minor units').min(0, 'must be 0 or more'),
    currency: z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code'),
    email: emailAddressSchema,
    shippingMethod: z.enum(shippingMethodIds, { error: `must be one of ${shippingMethodIds.join(', ')}` }),
    shippingAddress: shippingAddressSchema,
    payment: paymentChoiceSchema,
    /** The shopper was told that they may have bought this already, and wants it again. */
    confirmDuplicate: z.boolean('must be true or false').default(false),
  })
  .meta({ id: 'Submission' });

export type Submission = z.output<typeof submissionSchema>;

/** Only fields that never change, so that the same submission gets the same bytes for ever. */
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

export const acceptedSchema = z
  .object({ outcome: z.literal('accepted'), order: orderReceiptSchema })
  .meta({ id: 'Accepted' });

export const alreadyOrderedSchema = z
  .object({ outcome: z.literal('already_ordered'), order: orderReceiptSchema })
  .meta({ id: 'AlreadyOrdered' });

export const shortageSchema = z
  .object({ sku: z.string(), requested: z.int(), available: z.int() })
  .meta({ id: 'Shortage' });

export type Shortage = z.output<typeof shortageSchema>;

/** Members that a problem answer of `POST /api/orders` may carry beside those of RFC 9457. */
export const submissionProblemExtras = {
  cart_changed: z.object({ quote: checkoutQuoteSchema.nullable() }),
  out_of_stock: z.object({ items: z.array(shortageSchema) }),
  possible_duplicate: z.object({ order: orderReceiptSchema }),
  order_limit: z.object({
    limit: z.object({
      kind: z.enum(['order_units', 'invoice_amount', 'invoices', 'cards', 'units', 'invoicedMinor']),
      scope: z.enum(['shopper', 'email', 'network']).optional(),
      allowed: z.int(),
    }),
  }),
  payment_declined: z.object({ order: orderReceiptSchema }),
  wrong_attempt: z.object({ expected: z.int() }),
  rate_limited: z.object({ challenge: challengeSchema.optional() }),
};

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

/**
 * A payment's way: `due` is an invoice's; the last four are over. `returning`: its money is to be
 * refunded whole, and the provider has not confirmed that yet.
 */
export const paymentStatuses = [
  'due',
  'created',
  'requires_action',
  'processing',
  'unknown',
  'authorized',
  'succeeded',
  'returning',
  'declined',
  'voided',
  'refunded',
] as const;

export type PaymentStatus = (typeof paymentStatuses)[number];

export type OrderStatus = (typeof orderStatuses)[number];

/** How an order ended: its shopper or an operator cancelled it, its hold was over, or the provider refunded it. */
export type EndedBy = 'shopper' | 'hold' | 'operator' | 'provider';

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
        /** What of it was refunded, as the provider has confirmed. */
        refundedMinor: z.int(),
        /** Why it was declined, as far as its owner can act on it. */
        declineCode: z.enum(publicDeclineCodes).optional(),
        /** Where its owner confirms with their bank, while it is `requires_action`. */
        actionUrl: z.string().optional(),
      }),
    ),
    /** What was refunded, as the provider has confirmed. */
    refundedMinor: z.int(),
    /** What has been requested from the provider and is not confirmed yet. */
    refundRequestedMinor: z.int(),
    /** Whether a bank disputes the payment, or has won such a dispute. */
    disputed: z.boolean(),
    /** The attempt that it can be paid with next, by `POST /api/orders/{id}/payments`. */
    payable: z.object({ attempt: z.int() }).nullable(),
    /** Until when its stock is kept while it isn't paid. */
    holdUntil: z.iso.datetime().nullable(),
    /** Whether its owner can still cancel it. */
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

export const submissionStateSchema = z
  .object({ state: z.enum(['unknown', 'in_progress', 'done']), orderUrl: z.string().optional() })
  .meta({ id: 'SubmissionState', description: 'What became of a submission.' });
