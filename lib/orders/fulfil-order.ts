import { db, type Tx } from '#lib/db.ts';
import { AppError } from '#lib/errors.ts';
import { canBecome, changeOrder } from '#lib/orders/change-order.ts';
import { paymentProvider } from '#lib/payments/payment-provider.ts';
import { lockOrder } from '#lib/payments/payment-rows.ts';
import { settlePayment } from '#lib/payments/settle-payment.ts';

/**
 * The order leaves the house. Money that is only reserved is taken first: an order whose money
 * cannot be had stays where it is. Twice is once: `changed` is false the second time.
 * Throws `not_found`, `not_fulfillable`, and `UnknownOutcome` when the provider gives no answer.
 */
export async function fulfilOrder({
  userId,
  orderId,
  actor,
}: {
  userId: string;
  orderId: string;
  actor: string;
}): Promise<{ changed: boolean }> {
  await settlePayment({
    key: { userId, orderId },
    ask: async ({ status, providerRef, attempt }) => {
      if (status !== 'authorized' || providerRef === null) return undefined;
      return (await paymentProvider()).capture(providerRef, `capture:${orderId}:${attempt}`);
    },
    actor,
  });
  return db().$transaction((tx) => fulfil(tx, { userId, orderId, actor }));
}

async function fulfil(
  tx: Tx,
  { userId, orderId, actor }: { userId: string; orderId: string; actor: string },
): Promise<{ changed: boolean }> {
  const locked = await lockOrder(tx, { userId, orderId });
  if (!locked) throw new AppError('not_found', { detail: 'There is no such order.' });
  const { status, version } = locked.order;
  if (status === 'fulfilled') return { changed: false };
  const captured = locked.payments.every((payment) => payment.status !== 'authorized');
  if (!canBecome(status, 'fulfilled') || !captured) {
    const why = captured ? `It is ${status}.` : 'Its payment is only authorised and could not be captured.';
    throw new AppError('not_fulfillable', { detail: `The order cannot be fulfilled. ${why}` });
  }
  const reason = 'handed to the carrier';
  await changeOrder(tx, { userId, orderId, version, from: status, to: 'fulfilled', actor, reason });
  return { changed: true };
}
