import { randomUUID } from 'node:crypto';
import type { Actor } from '#lib/orders/actor.ts';
import { changePayment, type PaymentRow } from '#lib/payments/payment-rows.ts';
import { recordRefund } from '#lib/payments/settling/write-settlement.ts';
import type { Tx } from '#lib/platform/database/db.ts';

/** The money that the shop holds for an order, and requests to refund it. Under the order's lock. */

export interface Held {
  payment: PaymentRow;
  /** The amount that the shop holds and whose refund is not requested. */
  left: number;
  /** When a refund of this payment last failed, by the database's clock. */
  failedAtMs: number | null;
}

async function heldOf(tx: Tx, payment: PaymentRow): Promise<Held> {
  const { userId, orderId, attempt, amountMinor, capturedMinor, lostMinor } = payment;
  const [row] = await tx.$queryRaw<{ refundedMinor: number; failedAtMs: number | null }[]>`
    SELECT coalesce(sum(amount_minor) FILTER (WHERE status <> 'failed'), 0)::int AS "refundedMinor",
           (extract(epoch FROM max(updated_at) FILTER (WHERE status = 'failed')) * 1000)::float8 AS "failedAtMs"
    FROM refund
    WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid AND attempt = ${attempt}::int`;
  const { refundedMinor = 0, failedAtMs = null } = row ?? {};
  // Nothing is captured of a reserved amount. Money lost to a bank cannot be refunded.
  return { payment, left: (capturedMinor || amountMinor) - lostMinor - refundedMinor, failedAtMs };
}

/** All payments with money that the shop holds and whose refund is not requested. */
export async function readHeld(tx: Tx, payments: PaymentRow[]): Promise<Held[]> {
  const held: Held[] = [];
  for (const payment of payments.filter(holdsMoney)) {
    const one = await heldOf(tx, payment);
    if (one.left > 0) held.push(one);
  }
  return held;
}

/** Money that was captured or reserved, also while a refund of it is requested. */
export const holdsMoney = ({ status }: PaymentRow): boolean =>
  status === 'succeeded' || status === 'authorized' || status === 'returning';

interface Wish {
  id: string;
  amountMinor: number;
  /** Whether it is all that is left: then the payment becomes `returning`. */
  isWhole: boolean;
  actor: Actor;
  reason: string;
}

/** Records a requested refund, in the caller's transaction and under its lock. */
export async function requestRefund(tx: Tx, payment: PaymentRow, { isWhole, ...wish }: Wish): Promise<void> {
  const { userId, orderId, attempt, currency } = payment;
  await recordRefund(tx, { userId, orderId, attempt, currency, ...wish });
  await changePayment(tx, payment, isWhole ? { status: 'returning' } : {});
}

/**
 * Requests refunds of all money that the shop holds for an order that is about to end, from every attempt, in
 * the caller's transaction and under its lock. Returns the ids of the refunds and their sum in minor units.
 */
export async function requestAll(
  tx: Tx,
  payments: PaymentRow[],
  { actor, reason }: { actor: Actor; reason: string },
): Promise<{ ids: string[]; amountMinor: number }> {
  const held = await readHeld(tx, payments);
  const ids: string[] = [];
  for (const { payment, left } of held) {
    const id = randomUUID();
    await requestRefund(tx, payment, { id, amountMinor: left, isWhole: true, actor, reason });
    ids.push(id);
  }
  return { ids, amountMinor: held.reduce((sum, { left }) => sum + left, 0) };
}
