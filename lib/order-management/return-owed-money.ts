import { askedNow } from '#lib/order-management/refund-order.ts';
import { type Held, readHeld, requestRefund } from '#lib/order-management/request-refunds.ts';
import type { Actor } from '#lib/orders/actor.ts';
import { changeOrder } from '#lib/orders/change-order.ts';
import { type LockedOrder, lockOrder } from '#lib/payments/payment-rows.ts';
import { claimOn } from '#lib/payments/settling/money-again.ts';
import { db, type Tx } from '#lib/platform/database/db.ts';

interface ReturnOwed {
  userId: string;
  orderId: string;
  actor: Extract<Actor, { kind: 'operator' | 'job' }>;
  reason: string;
  /** No person has decided about this order. */
  isCertainOnly: boolean;
}

/**
 * Requests refunds of the money that an order holds and that belongs to its shopper: after its end, or of an attempt
 * that no longer pays it. Repeating it is safe: what is requested is not requested again.
 *
 * Two cases need a person. A refund that the provider has failed may fail again. And where the order's own
 * history does not say that it has ended, the order may be wrong and not the money.
 */
export async function returnOwedMoney(asked: ReturnOwed): Promise<void> {
  const { userId, orderId } = asked;
  const ids = await db().$transaction((tx) => requestOwed(tx, asked));
  for (const id of ids) await askedNow({ userId, orderId, id });
}

async function requestOwed(tx: Tx, asked: ReturnOwed): Promise<string[]> {
  const { userId, orderId, actor, reason, isCertainOnly } = asked;
  const locked = await lockOrder(tx, { userId, orderId });
  if (!locked) return [];
  const { order } = locked;
  if (isCertainOnly && (await readToldStatus(tx, { userId, orderId })) !== order.status) return [];
  const owed = (await readOwed(tx, locked)).filter((one) => !isCertainOnly || one.failedAtMs === null);
  const ids: string[] = [];
  let { version } = order;
  for (const { payment, left } of owed) {
    const id = crypto.randomUUID();
    const requested = { amountMinor: left, actor, reason };
    await requestRefund(tx, payment, { id, isWhole: true, ...requested });
    const change = { userId, orderId, version, from: order.status, to: order.status, ...requested };
    await changeOrder(tx, { ...change, kind: 'refund_requested' });
    version += 1;
    ids.push(id);
  }
  return ids;
}

/**
 * Which of two payments of a living order its shopper wanted is not decided here. The provider refuses to refund a
 * charge that a bank disputes.
 */
async function readOwed(tx: Tx, { order, payments }: LockedOrder): Promise<Held[]> {
  const owed: Held[] = [];
  const hasEnded = order.status === 'cancelled' || order.status === 'refunded';
  for (const held of await readHeld(tx, payments)) {
    const { userId, orderId, attempt } = held.payment;
    if (!hasEnded && held.payment.status !== 'returning') continue;
    if (claimOn({ order, payments, attempt }, held.left) !== 'shopper') continue;
    const disputed = await tx.$queryRaw<unknown[]>`
      SELECT FROM dispute WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid
        AND attempt = ${attempt}::int AND kind = 'dispute' AND status = 'open'`;
    if (disputed.length === 0) owed.push(held);
  }
  return owed;
}

/** The status by the order's last event. */
async function readToldStatus(
  tx: Tx,
  { userId, orderId }: Pick<ReturnOwed, 'userId' | 'orderId'>,
): Promise<string | undefined> {
  const [last] = await tx.$queryRaw<{ status: string }[]>`
    SELECT to_status AS status FROM order_event
    WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid ORDER BY version DESC LIMIT 1`;
  return last?.status;
}
