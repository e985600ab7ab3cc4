import { db, type Tx } from '#lib/db.ts';
import { AppError } from '#lib/errors.ts';
import { logger } from '#lib/logger.ts';
import { formatMoney } from '#lib/money.ts';
import { changeOrder } from '#lib/orders/change-order.ts';
import { endOrder } from '#lib/orders/end-order.ts';
import { isOpen, lockOrder, type OrderRow, type PaymentRow } from '#lib/payments/payment-rows.ts';
import { recordRefund } from '#lib/payments/settle-payment.ts';
import { type RefundStatus, settleRefund } from '#lib/payments/settle-refund.ts';

export interface RefundOrder {
  userId: string;
  orderId: string;
  /** The refund's name, chosen by whoever asks: the same again is the same refund. */
  id: string;
  /** In minor units; all that is left of the payment if it isn't given. */
  amountMinor?: number;
  reason: string;
  /** Who asks: `shopper`, `operator:<name>`. */
  actor: string;
}

/**
 * Gives money back, the whole payment or a part. The refund is recorded first, then the provider is
 * asked; `created` means that it has not answered yet, and a job goes on. A whole refund ends the
 * order, and its stock goes back if it was not fulfilled; a part leaves the order what it is.
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
  const left = payment.amountMinor - payment.refundedMinor;
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
  await giveBack(tx, { order: { ...order, userId }, payment, amount, request });
  return true;
}

/** The payment that holds the order's money. */
function refundable(payments: PaymentRow[]): PaymentRow {
  const paid = payments.findLast(({ status }) => status === 'succeeded' || status === 'authorized');
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

interface GiveBack {
  order: OrderRow & { userId: string };
  payment: PaymentRow;
  amount: number;
  request: Pick<RefundOrder, 'id' | 'actor' | 'reason'>;
}

/**
 * The refund, what the payment counts as refunded, and the end of the order if that was all of it,
 * in the caller's transaction and under its lock.
 */
export async function giveBack(tx: Tx, { order, payment, amount, request }: GiveBack): Promise<void> {
  const { userId, id: orderId, version, status: from } = order;
  const { attempt, currency, amountMinor, refundedMinor } = payment;
  const { id, actor, reason } = request;
  const whole = refundedMinor + amount === amountMinor;
  await recordRefund(tx, { userId, orderId, id, attempt, amountMinor: amount, currency, actor, reason });
  await tx.$executeRaw`
    UPDATE payment SET refunded_minor = refunded_minor + ${amount}::int,
                       status = ${whole ? 'refunded' : payment.status}, version = version + 1, updated_at = now()
    WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid AND attempt = ${attempt}::int`;
  if (whole && from === 'paid') return endOrder(tx, order, { to: 'refunded', actor, reason });
  // A part, or an order that is on its way or ended already: no stock comes back.
  const to = whole && from === 'fulfilled' ? 'refunded' : from;
  await changeOrder(tx, { userId, orderId, version, from, to, actor, reason });
}
