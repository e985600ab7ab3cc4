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
  // Cancelled before its money was known of: the money comes late, and is taken or given back.
  'cancelled',
];

/** Whether something follows for an order when money comes now: see `settleCharged`. */
export const takesMoney = (status: OrderStatus): boolean => takers.includes(status);

/** For a charge of which the provider names no payment method. No card has this name. */
const noToken = 'unknown';

/**
 * Makes the row of a charge's attempt anew, which was lost with the database's last commits. False when
 * the order is not here, needs no money, or another attempt may still pay it. True also when the row is
 * here by now.
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
  // Unknown until it is settled, which a job does if this process dies: it has a name, so it is only looked at.
  await writeAttempt(tx, order, { userId, attempt, token, status: 'unknown', providerRef: ref });
  return true;
}
