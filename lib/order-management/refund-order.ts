import { randomUUID } from 'node:crypto';
import { changeOrder } from '#lib/orders/change-order.ts';
import { endOrder } from '#lib/orders/end-order.ts';
import type { OrderRow } from '#lib/orders/order-rows.ts';
import type { PaymentStatus, RefundStatus } from '#lib/payment-provider/statuses.ts';
import { isOpen, lockOrder, type PaymentRow } from '#lib/payments/payment-rows.ts';
import { settleRefund } from '#lib/payments/settling/settle-refund.ts';
import { recordRefund } from '#lib/payments/settling/write-settlement.ts';
import { db, type Tx } from '#lib/platform/database/db.ts';
import { AppError } from '#lib/platform/errors.ts';
import { logger } from '#lib/platform/logger.ts';
import { formatMoney } from '#lib/platform/money.ts';

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
 * what is left there; `created` means that it has not confirmed yet, and a job goes on. Money that the
 * order does not need comes first, and leaves the order what it is. A whole refund of the payment that
 * pays the order cancels an order that was not fulfilled, and its stock goes back; the order is
 * `refunded` when the provider has confirmed. A part leaves the order what it is.
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
  const { userId, orderId, id, amountMinor, actor, reason } = request;
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
  const { payment, left } = await refundable(tx, order, payments);
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
  await requestRefund(tx, payment, { id, amountMinor: amount, isWhole: amount === left, actor, reason });
  if (amount === left && order.status === 'paid' && order.paidAttempt === payment.attempt) {
    const end = { endedBy: 'operator' as const, actor, reason, amountMinor: amount };
    await endOrder(tx, { ...order, userId }, end);
    return true;
  }
  // A part, or an order that is on its way, has ended or is paid by another attempt: no stock comes back.
  const { version, status } = order;
  const requested = { kind: 'refund_requested' as const, amountMinor: amount, actor, reason };
  await changeOrder(tx, { userId, orderId, version, from: status, to: status, ...requested });
  return true;
}

/** What of a payment the shop holds, and is not requested. */
async function leftOf(tx: Tx, payment: PaymentRow): Promise<number> {
  const { userId, orderId, attempt, amountMinor, capturedMinor, lostMinor } = payment;
  const [sum] = await tx.$queryRaw<{ refundedMinor: number }[]>`
    SELECT coalesce(sum(amount_minor), 0)::int AS "refundedMinor" FROM refund
    WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid AND attempt = ${attempt}::int
      AND status <> 'failed'`;
  // Of an amount that is only reserved nothing is captured. What a bank took away cannot be refunded.
  return (capturedMinor || amountMinor) - lostMinor - (sum?.refundedMinor ?? 0);
}

interface Held {
  payment: PaymentRow;
  left: number;
}

/** Every payment of which the shop holds money that nobody has asked for. Those come first that do not pay the order. */
async function readHeld(tx: Tx, { paidAttempt }: OrderRow, payments: PaymentRow[]): Promise<Held[]> {
  const held: Held[] = [];
  for (const payment of payments.filter(({ status }) => holding.includes(status))) {
    const left = await leftOf(tx, payment);
    if (left > 0) held.push({ payment, left });
  }
  const pays = ({ payment }: Held) => payment.attempt === paidAttempt;
  return [...held.filter((one) => !pays(one)), ...held.filter(pays)];
}

const holding: readonly PaymentStatus[] = ['succeeded', 'authorized', 'returning'];

async function refundable(tx: Tx, order: OrderRow, payments: PaymentRow[]): Promise<Held> {
  const [first] = await readHeld(tx, order, payments);
  if (first) return first;
  const why = payments.some(({ status }) => isOpen(status))
    ? 'Its payment is not settled yet.'
    : payments.some(({ status }) => holding.includes(status))
      ? 'The refund of its payment is requested already.'
      : payments.some(({ status }) => status === 'refunded')
        ? 'Its payment has been refunded already.'
        : 'No card was charged for it.';
  throw notRefundable(`There is nothing to refund of this order. ${why}`);
}

function notRefundable(detail: string): AppError {
  return new AppError('not_refundable', { detail });
}

interface Wish {
  id: string;
  amountMinor: number;
  /** All that is left: the payment is `returning` from then on. */
  isWhole: boolean;
  actor: string;
  reason: string;
}

/** Records a refund that is to be asked for, in the caller's transaction and under its lock. */
async function requestRefund(
  tx: Tx,
  { userId, orderId, attempt, currency, status }: PaymentRow,
  { isWhole, ...wish }: Wish,
): Promise<void> {
  await recordRefund(tx, { userId, orderId, attempt, currency, ...wish });
  await tx.$executeRaw`
    UPDATE payment SET status = ${isWhole ? 'returning' : status}, version = version + 1, updated_at = now()
    WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid AND attempt = ${attempt}::int`;
}

/**
 * Requests all that the shop holds of an order which is about to end, of whichever attempt, in the
 * caller's transaction and under its lock. The ids of the refunds, and their sum.
 */
export async function requestAll(
  tx: Tx,
  { order, payments }: { order: OrderRow; payments: PaymentRow[] },
  { actor, reason }: { actor: string; reason: string },
): Promise<{ ids: string[]; amountMinor: number }> {
  const held = await readHeld(tx, order, payments);
  const ids: string[] = [];
  for (const { payment, left } of held) {
    const id = randomUUID();
    await requestRefund(tx, payment, { id, amountMinor: left, isWhole: true, actor, reason });
    ids.push(id);
  }
  return { ids, amountMinor: held.reduce((sum, { left }) => sum + left, 0) };
}
