import { endOrder } from '#lib/order-management/end-order.ts';
import { type Held, holdsMoney, readHeld, requestRefund } from '#lib/order-management/request-refunds.ts';
import type { ActorOf } from '#lib/orders/actor.ts';
import { changeOrder } from '#lib/orders/change-order.ts';
import type { OrderRow } from '#lib/orders/order-rows.ts';
import type { RefundStatus } from '#lib/payment-provider/statuses.ts';
import { isOpen, type LockedOrder, lockOrder } from '#lib/payments/payment-rows.ts';
import { settleRefund } from '#lib/payments/settling/settle-refund.ts';
import { db, type PrismaTx } from '#lib/platform/database/db.ts';
import { AppError } from '#lib/platform/errors.ts';
import { logger } from '#lib/platform/logger.ts';
import { formatMoney } from '#lib/platform/money.ts';

export interface RefundOrder {
  userId: string;
  orderId: string;
  /** The refund's id, chosen by the caller. The same id again is a replay of the same refund. */
  id: string;
  /** In minor units; by default all that is left of the payment. */
  amountMinor?: number | undefined;
  /** The attempt to refund; by default `inTurn` decides. */
  attempt?: number | undefined;
  reason: string;
  actor: ActorOf<'operator'>;
}

/**
 * Refunds a payment completely or in part. The refund is recorded first. Then the provider is asked for
 * what is left to refund there. The status `created` means that the provider has not confirmed yet, and a
 * job continues.
 *
 * A complete refund of the payment that pays the order cancels an order that was not fulfilled and releases
 * its stock. The order becomes `refunded` when the provider has confirmed. A partial refund, or a refund of
 * money that the order does not need, leaves the order's status unchanged.
 * Throws `not_found`, `not_refundable`, and `key_reused` for the id of another refund.
 */
export async function refundOrder(request: RefundOrder): Promise<{ created: boolean; status: RefundStatus }> {
  const { userId, orderId, id } = request;
  const created = await db().$transaction((tx) => record(tx, request));
  return { created, status: await askedNow({ userId, orderId, id }) };
}

/** Tries to make a recorded refund now. If that fails, a job retries until it is done. */
export async function askedNow(key: { userId: string; orderId: string; id: string }): Promise<RefundStatus> {
  try {
    return await settleRefund(key);
  } catch (error) {
    logger().warn({ err: error, orderId: key.orderId, refund: key.id }, 'a refund is still to be made');
    return 'created';
  }
}

async function record(tx: PrismaTx, request: RefundOrder): Promise<boolean> {
  const { userId, orderId, id, amountMinor, attempt, actor, reason } = request;
  const locked = await lockOrder(tx, { userId, orderId });
  if (!locked) throw new AppError('not_found', { detail: 'There is no such order.' });
  const { order } = locked;
  const standing = await tx.refund.findUnique({ where: { userId_orderId_id: { userId, orderId, id } } });
  if (standing) {
    const differs = [
      differing(standing.amountMinor, amountMinor),
      differing(`attempt ${standing.attempt}`, attempt === undefined ? undefined : `attempt ${attempt}`),
    ].find((difference) => difference !== undefined);
    if (differs === undefined) return false;
    throw new AppError('key_reused', { detail: `Refund ${id} is ${differs}. Nothing was refunded now.` });
  }
  const { payment, left, others } = await refundable(tx, locked, attempt);
  const amount = amountMinor ?? left;
  if (amount < 1 || amount > left) {
    const [can, cannot] = [left, amount].map((minor) => formatMoney(minor, payment.currency));
    const elsewhere = others.map(
      (other) => ` Attempt ${other.payment.attempt} holds ${formatMoney(other.left, payment.currency)}.`,
    );
    throw notRefundable(
      `Of attempt ${payment.attempt} ${can} can be refunded, and ${cannot} cannot.${elsewhere.join('')}`,
    );
  }
  if (amount < left && payment.status === 'authorized') {
    throw notRefundable(
      'The payment is only authorised: it can be refunded as a whole, or in part once captured.',
    );
  }
  await requestRefund(tx, payment, { id, amountMinor: amount, isWhole: amount === left, actor, reason });
  if (amount === left && order.status === 'paid' && order.paidAttempt === payment.attempt) {
    await endOrder(tx, { ...locked, userId }, { actor, reason, requestedMinor: amount });
    return true;
  }
  // A partial refund, or an order that is fulfilled, ended or paid by another attempt: no stock is released.
  const { version, status } = order;
  const requested = { kind: 'refund_requested' as const, amountMinor: amount, actor, reason };
  await changeOrder(tx, { userId, orderId, version, from: status, to: status, ...requested });
  return true;
}

/** How a replay differs from the recorded refund; undefined when it gives no value or the same value. */
const differing = <Value>(was: Value, asked: Value | undefined): string | undefined =>
  asked === undefined || asked === was ? undefined : `of ${was}, not of ${asked}`;

/**
 * The order in which payments are refunded when no attempt is named. First comes money that the order does
 * not need, then the payment that pays it. Then come payments whose refund failed, the earliest failure
 * first, so that a refund which the provider refuses does not block an operator from the rest. The payment of
 * an order that is still to be sent always comes last, because its refund would end the order.
 */
function inTurn(held: Held[], { status, paidAttempt }: OrderRow): Held[] {
  const turn = ({ payment, failedAtMs }: Held) => {
    const pays = payment.attempt === paidAttempt;
    if (pays && status === 'paid') return Number.MAX_VALUE;
    // Failure times are always greater than 0 and 1.
    return failedAtMs ?? (pays ? 1 : 0);
  };
  return held.toSorted((one, other) => turn(one) - turn(other));
}

async function refundable(
  tx: PrismaTx,
  { order, payments }: LockedOrder,
  attempt: number | undefined,
): Promise<Held & { others: Held[] }> {
  const held = inTurn(await readHeld(tx, payments), order);
  const chosen = attempt === undefined ? held[0] : held.find((one) => one.payment.attempt === attempt);
  if (chosen) return { ...chosen, others: held.filter((one) => one !== chosen) };
  if (held.length > 0) {
    const there = held.map((one) => one.payment.attempt).join(', ');
    throw notRefundable(`Attempt ${attempt} holds nothing to refund. These attempts do: ${there}.`);
  }
  const why = payments.some(({ status }) => isOpen(status))
    ? 'Its payment is not settled yet.'
    : payments.some(holdsMoney)
      ? 'The refund of its payment is requested already.'
      : payments.some(({ status }) => status === 'refunded')
        ? 'Its payment has been refunded already.'
        : 'No card was charged for it.';
  throw notRefundable(`There is nothing to refund of this order. ${why}`);
}

function notRefundable(detail: string): AppError {
  return new AppError('not_refundable', { detail });
}
