import { randomUUID } from 'node:crypto';
import { db, type Tx } from '#lib/db.ts';
import { AppError } from '#lib/errors.ts';
import { canBecome } from '#lib/orders/change-order.ts';
import { endOrder } from '#lib/orders/end-order.ts';
import { askedNow, giveBack } from '#lib/orders/refund-order.ts';
import type { OrderStatus } from '#lib/orders/schema.ts';
import { callOff } from '#lib/payments/find-out.ts';
import { isOpen, lockOrder, type OrderRow, type PaymentRow } from '#lib/payments/payment-rows.ts';
import { settlePayment } from '#lib/payments/settle-payment.ts';
import { isUuid } from '#lib/uuid.ts';

/** Whether an order can be cancelled, for the page's button: what it says is decided again under a lock. */
export function isCancellable(status: OrderStatus): boolean {
  return status === 'paid' || canBecome(status, 'cancelled');
}

/** As long as the answer to a submission takes at most. */
const chargingMs = 10_000;

/**
 * Cancels an order before fulfilment. An open charge is called off at the provider first; what was
 * paid is given back whole, and the order is `refunded` then, else `cancelled`. The stock goes back
 * in the same transaction. Cancelling twice is cancelling once: `changed` is false the second time.
 * Throws `not_found` (also for another shopper's order), `not_cancellable`, and `payment_unsettled`
 * while nobody knows whether the card was charged.
 */
export async function cancelOrder({
  userId,
  id,
  actor = 'shopper',
}: {
  userId: string;
  id: string;
  actor?: string;
}): Promise<{ changed: boolean }> {
  if (!isUuid(id)) throw noSuchOrder();
  await callOffOpenCharge({ userId, orderId: id }, actor);
  const refundId = randomUUID();
  const done = await db().$transaction((tx) => cancel(tx, { userId, orderId: id, refundId, actor }));
  if (done === 'refund') await askedNow({ userId, orderId: id, id: refundId });
  return { changed: done !== 'nothing' };
}

async function callOffOpenCharge(key: { userId: string; orderId: string }, actor: string): Promise<void> {
  await settlePayment({
    key,
    ask: async (payment) =>
      isOpen(payment.status) && !isBeingCharged(payment) ? callOff(payment) : undefined,
    actor,
  });
}

/** Somebody waits for its answer, and would be told that their card was refused. */
function isBeingCharged({ status, ageMs }: PaymentRow): boolean {
  return status === 'created' && ageMs < chargingMs;
}

interface Cancel {
  userId: string;
  orderId: string;
  refundId: string;
  actor: string;
}

async function cancel(
  tx: Tx,
  { userId, orderId, refundId, actor }: Cancel,
): Promise<'nothing' | 'cancelled' | 'refund'> {
  const locked = await lockOrder(tx, { userId, orderId });
  if (!locked) throw noSuchOrder();
  const order = { ...locked.order, userId };
  if (order.status === 'cancelled' || order.status === 'refunded') return 'nothing';
  if (locked.payments.some(({ status }) => isOpen(status))) throw unsettled();
  if (!isCancellable(order.status)) throw notCancellable(order);
  const reason = actor === 'shopper' ? 'cancelled by its owner' : 'cancelled by an operator';
  const paid = locked.payments.find(({ status }) => status === 'succeeded' || status === 'authorized');
  if (paid) {
    const amount = paid.amountMinor - paid.refundedMinor;
    await giveBack(tx, { order, payment: paid, amount, request: { id: refundId, actor, reason } });
    return 'refund';
  }
  await endOrder(tx, order, { to: 'cancelled', actor, reason });
  await tx.$executeRaw`
    UPDATE payment SET status = 'voided', version = version + 1, updated_at = now()
    WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid AND status = 'due'`;
  return 'cancelled';
}

function unsettled(): AppError {
  return new AppError('payment_unsettled', {
    detail:
      'It is not known yet whether the card was charged, and until then the order cannot be cancelled. Nothing was changed; try again in a moment.',
    retryAfterSeconds: 3,
  });
}

function notCancellable({ status }: OrderRow): AppError {
  return new AppError('not_cancellable', {
    detail: `The order is ${status} and can no longer be cancelled. Nothing was changed; you can still return what you received.`,
  });
}

function noSuchOrder(): AppError {
  return new AppError('not_found', { detail: 'There is no such order of yours.' });
}
