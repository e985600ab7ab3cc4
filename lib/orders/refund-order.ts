import { db, type Tx } from '#lib/db.ts';
import { AppError } from '#lib/errors.ts';
import { logger } from '#lib/logger.ts';
import { formatMoney } from '#lib/money.ts';
import { changeOrder } from '#lib/orders/change-order.ts';
import { endOrder } from '#lib/orders/end-order.ts';
import type { EndedBy } from '#lib/orders/schema.ts';
import type { RefundStatus } from '#lib/payments/mirror-refunds.ts';
import { isOpen, lockOrder, type OrderRow, type PaymentRow } from '#lib/payments/payment-rows.ts';
import { settleRefund } from '#lib/payments/settle-refund.ts';
import { recordRefund } from '#lib/payments/write-settlement.ts';

export interface RefundOrder {
  userId: string;
  orderId: string;
  /** The refund's name, chosen by whoever asks: the same again is the same refund. */
  id: string;
  /** In minor units; all that is left of the payment if it isn't given. */
  amountMinor?: number;
  reason: string;
  /** Who asks: `operator:<name>`. */
  actor: string;
}

/**
 * Refunds the whole payment or a part. The refund is recorded first, then the provider is asked for
 * what is left there; `created` means that it has not confirmed yet, and a job goes on. A whole refund
 * cancels an order that was not fulfilled, and its stock goes back; the order is `refunded` when the
 * provider has confirmed. A part leaves the order what it is.
 * Throws `not_found`, `not_refundable`, and `key_reused` for the id of another refund.
 */
export async function refundOrder(request: RefundOrder): Promise<{ created: boolean; status: RefundStatus }> {
  const { userId, orderId, id } = request;
  const created = await db().$transaction((tx) => record(tx, request));
  return { created, status: await askedNow({ userId, orderId, id }) };
}

/** Whatever the provider says or doesn't: the refund is recorded, and a job asks until it is done. */
export async function askedNow(key: { userId: string; orderId: string; id: string }): Promise<RefundStatus> {
  try {
    return await settleRefund(key);
  } catch (error) {
    logger().warn({ err: error, orderId: key.orderId, refund: key.id }, 'a refund is still to be made');
    return 'created';
  }
}

async function record(tx: Tx, request: RefundOrder): Promise<boolean> {
  const { userId, orderId, id, amountMinor } = request;
  const locked = await lockOrder(tx, { userId, orderId });
  if (!locked) throw new AppError('not_found', { detail: 'There is no such order.' });
  const { order, payments } = locked;
  const standing = await tx.refund.findUnique({ where: { userId_orderId_id: { userId, orderId, id } } });
  if (standing) {
    if (amountMinor === undefined || standing.amountMinor === amountMinor) return false;
    throw new AppError('key_reused', {
      detail: `Refund ${id} is of ${standing.amountMinor}, not of ${amountMinor}. Nothing was refunded now.`,
    });
  }
  const payment = refundable(payments);
  const left = await leftOf(tx, payment);
  const amount = amountMinor ?? left;
  if (amount < 1 || amount > left) {
    const [can, cannot] = [left, amount].map((minor) => formatMoney(minor, payment.currency));
    throw notRefundable(`Of this payment ${can} can be refunded, and ${cannot} cannot.`);
  }
  if (amount < left && payment.status === 'authorized') {
    throw notRefundable(
      'The payment is only authorised: it can be refunded as a whole, or in part once captured.',
    );
  }
  const ours = { ...request, endedBy: 'operator' as const };
  await requestRefund(tx, { order: { ...order, userId }, payment, amount, request: ours });
  return true;
}

/** What of a payment is neither refunded nor requested. */
export async function leftOf(tx: Tx, { userId, orderId, attempt, amountMinor }: PaymentRow): Promise<number> {
  const [sum] = await tx.$queryRaw<{ refundedMinor: number }[]>`
    SELECT coalesce(sum(amount_minor), 0)::int AS "refundedMinor" FROM refund
    WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid AND attempt = ${attempt}::int
      AND status <> 'failed'`;
  return amountMinor - (sum?.refundedMinor ?? 0);
}

/** The payment that holds the order's money; else one whose refund the provider has not paid. */
function refundable(payments: PaymentRow[]): PaymentRow {
  const paid =
    payments.findLast(({ status }) => status === 'succeeded' || status === 'authorized') ??
    payments.findLast(({ status }) => status === 'returning');
  if (paid) return paid;
  const why = payments.some(({ status }) => isOpen(status))
    ? 'Its payment is not settled yet.'
    : payments.some(({ status }) => status === 'refunded')
      ? 'Its payment has been refunded already.'
      : 'No card was charged for it.';
  throw notRefundable(`There is nothing to refund of this order. ${why}`);
}

function notRefundable(detail: string): AppError {
  return new AppError('not_refundable', { detail });
}

interface RequestRefund {
  order: OrderRow & { userId: string };
  payment: PaymentRow;
  amount: number;
  request: Pick<RefundOrder, 'id' | 'actor' | 'reason'> & { endedBy: EndedBy };
}

/**
 * Records a refund that is to be asked for, in the caller's transaction and under its lock. If it is
 * all that is left, the payment is `returning`, and an order that was not fulfilled is cancelled.
 */
export async function requestRefund(
  tx: Tx,
  { order, payment, amount, request }: RequestRefund,
): Promise<void> {
  const { userId, id: orderId, version, status } = order;
  const { attempt, currency } = payment;
  const { id, endedBy, actor, reason } = request;
  const whole = amount === (await leftOf(tx, payment));
  await recordRefund(tx, { userId, orderId, id, attempt, amountMinor: amount, currency, actor, reason });
  await tx.$executeRaw`
    UPDATE payment SET status = ${whole ? 'returning' : payment.status}, version = version + 1, updated_at = now()
    WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid AND attempt = ${attempt}::int`;
  if (whole && status === 'paid') {
    return endOrder(tx, order, { endedBy, actor, reason, amountMinor: amount });
  }
  // A part, or an order that is on its way or ended already: no stock comes back.
  const requested = { kind: 'refund_requested' as const, amountMinor: amount, actor, reason };
  await changeOrder(tx, { userId, orderId, version, from: status, to: status, ...requested });
}
