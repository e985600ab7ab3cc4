import { isCancellable } from '#lib/order-management/cancel-order.ts';
import type { OrderStatus, OrderView } from '#lib/orders/schema.ts';
import { publicDeclineCode } from '#lib/payment-provider/public-decline-code.ts';
import type { PaymentStatus } from '#lib/payment-provider/statuses.ts';
import { nextAttempt } from '#lib/payments/next-attempt.ts';
import { sql } from '#lib/platform/database/db.ts';
import { isUuid } from '#lib/platform/text/uuid.ts';
import type { ShippingAddress } from '#lib/shipping/shipping-address.ts';

interface OrderRow {
  id: string;
  number: string;
  status: OrderStatus;
  version: number;
  currency: string;
  subtotalMinor: number;
  shippingMinor: number;
  taxMinor: number;
  discountMinor: number;
  totalMinor: number;
  email: string;
  shippingMethod: string;
  /** Written by this shop from a validated submission, so it has this shape. */
  shippingAddress: ShippingAddress;
  placedAt: Date;
  lines: OrderView['lines'];
  payments: PaymentRow[];
  holdUntil: Date | null;
  /** A dispute is open or lost. One that the shop has won does not count. */
  disputed: boolean;
}

interface PaymentRow {
  attempt: number;
  method: string;
  status: PaymentStatus;
  amountMinor: number;
  refundedMinor: number;
  declineCode: string | null;
  actionUrl: string | null;
  /** Refunds that the provider has not confirmed yet. */
  requestedMinor: number;
}

/**
 * The live order for its shopper; undefined for other shoppers and when it doesn't exist. One statement, so
 * that a page never shows half of a change. Each table is found by the parameters, not by the order's columns:
 * PostgreSQL then opens one partition of it instead of sixteen.
 */
export async function getOrder({
  userId,
  id,
}: {
  userId: string;
  id: string;
}): Promise<OrderView | undefined> {
  if (!isUuid(id)) return undefined;
  const [row] = await sql().$queryRaw<OrderRow[]>`
    SELECT id, number, status, version, currency,
      subtotal_minor AS "subtotalMinor", shipping_minor AS "shippingMinor", tax_minor AS "taxMinor",
      discount_minor AS "discountMinor", total_minor AS "totalMinor", email,
      shipping_method AS "shippingMethod", shipping_address AS "shippingAddress", placed_at AS "placedAt",
      (SELECT coalesce(json_agg(json_build_object('sku', sku, 'title', title, 'quantity', quantity,
                'unitPriceMinor', unit_price_minor) ORDER BY sku), '[]')
       FROM order_line line WHERE line.user_id = ${userId}::uuid AND line.order_id = ${id}::uuid) AS lines,
      (SELECT coalesce(json_agg(json_build_object('attempt', attempt, 'method', method, 'status', status,
                'amountMinor', amount_minor, 'refundedMinor', refunded_minor,
                'declineCode', decline_code, 'actionUrl', action_url,
                'requestedMinor', (SELECT coalesce(sum(refund.amount_minor), 0) FROM refund
                                   WHERE refund.user_id = ${userId}::uuid AND refund.order_id = ${id}::uuid
                                     AND refund.attempt = payment.attempt AND refund.status = 'created'))
              ORDER BY attempt), '[]')
       FROM payment WHERE payment.user_id = ${userId}::uuid AND payment.order_id = ${id}::uuid) AS payments,
      hold_until AS "holdUntil",
      EXISTS (SELECT FROM dispute
              WHERE dispute.user_id = ${userId}::uuid AND dispute.order_id = ${id}::uuid
                AND kind = 'dispute' AND dispute.status IN ('open', 'lost')) AS disputed
    FROM orders WHERE user_id = ${userId}::uuid AND id = ${id}::uuid`;
  if (!row) return undefined;
  const { holdUntil, disputed, payments, ...shown } = row;
  const attempt = nextAttempt(row.status, payments);
  return {
    ...shown,
    payments: payments.map(({ declineCode, actionUrl, requestedMinor: _, ...payment }) => ({
      ...payment,
      ...(declineCode === null ? {} : { declineCode: publicDeclineCode(declineCode) }),
      ...(actionUrl === null ? {} : { actionUrl }),
    })),
    refundedMinor: sum(payments.map(({ refundedMinor }) => refundedMinor)),
    refundRequestedMinor: sum(payments.map(({ requestedMinor }) => requestedMinor)),
    disputed,
    payable: attempt === undefined ? null : { attempt },
    holdUntil: holdUntil?.toISOString() ?? null,
    cancellable: isCancellable(row.status),
    placedAt: row.placedAt.toISOString(),
  };
}

const sum = (amounts: number[]): number => amounts.reduce((all, minor) => all + minor, 0);
