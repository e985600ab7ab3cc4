import type { OrderStatus } from '#lib/orders/schema.ts';
import type { Charge } from '#lib/payment-provider/provider.ts';
import { isOver, lockOrder } from '#lib/payments/payment-rows.ts';
import { writeAttempt } from '#lib/payments/write-attempt.ts';
import type { Tx } from '#lib/platform/database/db.ts';

const takers: readonly OrderStatus[] = [
  'payment_pending',
  'payment_processing',
  'payment_unknown',
  'payment_declined',
  // Cancelled before its money was known. The money is late, and is kept or refunded.
  'cancelled',
];

/** Whether an order in this status reacts to money that arrives now: see `settleCharged`. */
export const takesMoney = (status: OrderStatus): boolean => takers.includes(status);

/** For a charge without a payment method at the provider. No card has this name. */
const noToken = 'unknown';

/**
 * Recreates the row of a charge's attempt, which was lost with the database's last commits. False when
 * the order is missing, needs no money, or another attempt may still pay it. True also when the row
 * exists by now.
 */
export async function restoreAttempt(tx: Tx, charge: Charge): Promise<boolean> {
  const { attempt: key, ref, token = noToken, amountMinor, currency } = charge;
  if (!key || ref === undefined) return false;
  const locked = await lockOrder(tx, key);
  if (!locked) return false;
  const { order, payments } = locked;
  const { userId, attempt } = key;
  if (payments.some((payment) => payment.attempt === attempt)) return true;
  const isDue = order.totalMinor === amountMinor && order.currency === currency;
  if (!isDue || !takesMoney(order.status)) return false;
  if (!payments.every(({ status }) => isOver(status))) return false;
  // Unknown until it is settled; a job does that if this process dies. The row has a provider reference,
  // so the job only looks the charge up.
  await writeAttempt(tx, order, { userId, attempt, token, status: 'unknown', providerRef: ref });
  return true;
}
