import { endOrder } from '#lib/order-management/end-order.ts';
import { limitCancels } from '#lib/order-management/limit-cancels.ts';
import { askedNow } from '#lib/order-management/refund-order.ts';
import { type ActorOf, byShopper } from '#lib/orders/actor.ts';
import type { OrderRow } from '#lib/orders/order-rows.ts';
import type { OrderStatus } from '#lib/orders/schema.ts';
import { orUnavailable } from '#lib/payments/or-unavailable.ts';
import { isBeingCharged, isOpen, lockOrder, type PaymentRow } from '#lib/payments/payment-rows.ts';
import { cancelCharge } from '#lib/payments/query-charge.ts';
import { settlePayment } from '#lib/payments/settling/settle-payment.ts';
import { db, type Tx } from '#lib/platform/database/db.ts';
import { AppError } from '#lib/platform/errors.ts';
import { isUuid } from '#lib/platform/text/uuid.ts';

/** Whether to show the page's cancel button. `cancelOrder` checks again under a lock. */
export function isCancellable(status: OrderStatus): boolean {
  return cancellable.includes(status);
}

/** Neither fulfilled nor ended, and without a charge under way that can't be cancelled. */
const cancellable: readonly OrderStatus[] = ['placed', 'payment_pending', 'payment_declined', 'paid'];

/** Who may cancel an order before fulfilment. */
type Canceller = ActorOf<'shopper' | 'operator'>;

/** Statuses that a cancel can no longer change. */
const ended: readonly OrderStatus[] = ['cancelled', 'refunded', 'fulfilled'];

/**
 * Cancels an order before fulfilment. First, an open charge is cancelled at the provider. Then one
 * transaction makes the order `cancelled`, releases its stock and requests a refund of all that was paid. The
 * order becomes `refunded` when the provider has confirmed. Cancelling is idempotent: `changed` is false the
 * second time. Throws `not_found` (also for another shopper's order), `not_cancellable`, `rate_limited`, and
 * `payment_unsettled` while it is unknown whether the card was charged.
 */
export async function cancelOrder({
  userId,
  id,
  actor = byShopper,
  network,
}: {
  userId: string;
  id: string;
  actor?: Canceller;
  /** The shopper's network, because the number of cancels per network is limited. */
  network?: string | undefined;
}): Promise<{ changed: boolean }> {
  if (!isUuid(id)) throw noSuchOrder();
  if (actor.kind === 'shopper') await limitUnlessEnded({ userId, orderId: id }, network);
  await cancelOpenCharge({ userId, orderId: id }, actor);
  const done = await db().$transaction((tx) => cancel(tx, { userId, orderId: id, actor }));
  for (const refundId of done?.ids ?? []) await askedNow({ userId, orderId: id, id: refundId });
  return { changed: done !== undefined };
}

/** Runs before any charge is cancelled at the provider, so that a refused cancel changes nothing. */
async function limitUnlessEnded(
  { userId, orderId }: { userId: string; orderId: string },
  network: string | undefined,
): Promise<void> {
  const order = await db().order.findUnique({
    where: { userId_id: { userId, id: orderId } },
    select: { status: true },
  });
  // A repeated cancel is a replay and is not counted.
  if (order && !ended.includes(order.status as OrderStatus)) {
    await limitCancels(network, orderId.toLowerCase());
  }
}

async function cancelOpenCharge(key: { userId: string; orderId: string }, actor: Canceller): Promise<void> {
  await orUnavailable(
    settlePayment({
      key,
      ask: async (payment) =>
        isOpen(payment.status) && !isBeingCharged(payment) ? cancelCharge(payment) : undefined,
      actor,
    }),
  );
}

interface Cancel {
  userId: string;
  orderId: string;
  actor: Canceller;
}

/** Returns the requested refunds; undefined when the order had ended already. */
async function cancel(tx: Tx, { userId, orderId, actor }: Cancel): Promise<{ ids: string[] } | undefined> {
  const locked = await lockOrder(tx, { userId, orderId });
  if (!locked) throw noSuchOrder();
  const { order } = locked;
  if (order.status === 'cancelled' || order.status === 'refunded') return undefined;
  const open = locked.payments.find(({ status }) => isOpen(status));
  if (open) throw unsettled(open);
  if (!isCancellable(order.status)) throw notCancellable(order, actor);
  const reason = actor.kind === 'shopper' ? 'cancelled by its owner' : 'cancelled by an operator';
  return { ids: await endOrder(tx, { ...locked, userId }, { actor, reason }) };
}

function unsettled({ status }: PaymentRow): AppError {
  if (status === 'processing') {
    return new AppError('payment_unsettled', {
      detail:
        'The bank is processing the payment, which can take days, and can no longer be stopped. Nothing was changed. The order can be cancelled when the bank has answered; what was paid is refunded then.',
      retryAfterSeconds: 3_600,
    });
  }
  return new AppError('payment_unsettled', {
    detail:
      'It is not known yet whether the card was charged, and until then the order cannot be cancelled. Nothing was changed; try again in a moment.',
    retryAfterSeconds: 3,
  });
}

function notCancellable({ status }: OrderRow, { kind }: Canceller): AppError {
  const instead = kind === 'shopper' ? 'you can still return what you received' : 'it can still be refunded';
  return new AppError('not_cancellable', {
    detail: `The order is ${status} and can no longer be cancelled. Nothing was changed; ${instead}.`,
  });
}

function noSuchOrder(): AppError {
  return new AppError('not_found', { detail: 'There is no such order of yours.' });
}
