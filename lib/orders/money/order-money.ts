import { Prisma } from '#lib/generated/prisma/client.ts';
import type { CancellationSource, OrderStatus } from '#lib/orders/schema.ts';
import type { PaymentStatus, RefundStatus } from '#lib/payment-provider/statuses.ts';
import { db } from '#lib/platform/database/db.ts';

/** An order's money: the one summary from which the page and the emails are written. Times are in milliseconds. */

/** The rows that it is made of. */
export interface MoneyFacts {
  status: OrderStatus;
  currency: string;
  totalMinor: number;
  endedBy: CancellationSource | null;
  /** The attempt that paid it; null for one that was never paid by card. */
  paidAttempt: number | null;
  /** When it was last paid, and when it was last cancelled. */
  paidAt: number | null;
  cancelledAt: number | null;
  payments: PaymentFacts[];
}

export interface PaymentFacts {
  attempt: number;
  method: string;
  status: PaymentStatus;
  amountMinor: number;
  /** What the provider took. Of an amount that is only reserved, nothing. */
  capturedMinor: number;
  /** What it has confirmed to have refunded, or released of a reserved amount. */
  refundedMinor: number;
  /** What a bank took away of it in disputes that were lost. */
  lostMinor: number;
  /** A bank disputes it, and has not decided yet. */
  isDisputed: boolean;
  refunds: RefundFacts[];
}

export interface RefundFacts {
  amountMinor: number;
  status: RefundStatus;
  madeAt: number;
  changedAt: number;
}

export interface AttemptMoney extends Omit<PaymentFacts, 'refunds'> {
  /** It pays the order, or did until its money went back. */
  pays: boolean;
  /** Its amount is or was reserved on the card, and nothing of it was taken. */
  isReserved: boolean;
  /** What is still reserved, and not to be released. */
  reservedMinor: number;
  /** What is to be refunded or released, and not confirmed. */
  requestedMinor: number;
  /** What the shop has of it: neither refunded, nor requested, nor lost. */
  keptMinor: number;
  /** What of the kept money was to be refunded, and the provider did not pay it. */
  failedMinor: number;
  /** What of the kept money no order has a right to, beside what failed. */
  owedMinor: number;
  /** It pays the order because a refund of it, made before, failed. */
  cameBack: boolean;
  /** The shop heard of its money when the order was cancelled already. */
  cameLate: boolean;
}

export interface OrderMoney
  extends Pick<MoneyFacts, 'status' | 'currency' | 'totalMinor' | 'endedBy' | 'paidAttempt'> {
  attempts: AttemptMoney[];
  /** Whether a card was ever charged for it. */
  isCharged: boolean;
}

export function summarize({ payments, paidAt, cancelledAt, ...order }: MoneyFacts): OrderMoney {
  const paidAttempt = order.paidAttempt ?? liveAttempt(order.status, payments);
  const times = { paidAt, cancelledAt };
  return {
    ...order,
    paidAttempt,
    attempts: payments.map((payment) => ofAttempt({ ...order, paidAttempt }, payment, times)),
    isCharged: payments.some(({ capturedMinor }) => capturedMinor > 0),
  };
}

/** A version before wrote that an order is paid, and not by which attempt. */
function liveAttempt(status: OrderStatus, payments: readonly PaymentFacts[]): number | null {
  if (status !== 'paid' && status !== 'fulfilled') return null;
  return (
    payments.findLast((payment) => ['succeeded', 'authorized'].includes(payment.status))?.attempt ?? null
  );
}

function ofAttempt(
  { status: orderStatus, paidAttempt }: Pick<MoneyFacts, 'status' | 'paidAttempt'>,
  { refunds, ...payment }: PaymentFacts,
  { paidAt, cancelledAt }: Pick<MoneyFacts, 'paidAt' | 'cancelledAt'>,
): AttemptMoney {
  const { attempt, method, status, amountMinor, capturedMinor, refundedMinor, lostMinor } = payment;
  const pays = attempt === paidAttempt;
  const isReserved =
    method === 'card' && capturedMinor === 0 && ['authorized', 'returning', 'refunded'].includes(status);
  const requestedMinor = sumOf(refunds.filter((refund) => refund.status === 'created'));
  const keptMinor = Math.max(0, capturedMinor - refundedMinor - requestedMinor - lostMinor);
  const isBeforePaid = ({ madeAt }: RefundFacts) => pays && paidAt !== null && madeAt < paidAt;
  // The failure of a refund is made good when its money pays the order.
  const toldOf = refunds.filter((refund) => !isBeforePaid(refund));
  const failedMinor = Math.min(keptMinor, notMadeGood(toldOf));
  const isOrders = pays && orderStatus !== 'cancelled' && orderStatus !== 'refunded';
  return {
    ...payment,
    pays,
    isReserved,
    reservedMinor: status === 'authorized' ? amountMinor - requestedMinor : 0,
    requestedMinor,
    keptMinor,
    failedMinor,
    owedMinor: isOrders ? 0 : keptMinor - failedMinor,
    cameBack: refunds.some((refund) => isBeforePaid(refund) && refund.status === 'failed'),
    cameLate: !pays && cancelledAt !== null && isAllAfter(cancelledAt, refunds),
  };
}

/** What is known before a cancellation is refunded with it at the latest. */
const isAllAfter = (at: number, refunds: readonly RefundFacts[]): boolean =>
  refunds.length > 0 && refunds.every(({ madeAt }) => madeAt > at);

/** Refunds that failed, less what was requested from then on. */
function notMadeGood(refunds: readonly RefundFacts[]): number {
  const steps = refunds
    .map(({ amountMinor, status, madeAt, changedAt }) =>
      status === 'failed' ? { at: changedAt, change: amountMinor } : { at: madeAt, change: -amountMinor },
    )
    // What is requested in the moment of the failure is requested because of it.
    .sort((one, other) => one.at - other.at || other.change - one.change);
  return steps.reduce((sum, { change }) => Math.max(0, sum + change), 0);
}

const sumOf = (refunds: readonly RefundFacts[]): number =>
  refunds.reduce((sum, { amountMinor }) => sum + amountMinor, 0);

const ms = (time: Prisma.Sql): Prisma.Sql => Prisma.sql`(extract(epoch FROM ${time}) * 1000)::bigint`;

/** `MoneyFacts` of a row of `orders`, in the same statement as the row: the page and an email never see half a change. */
export const moneyFactsSql = Prisma.sql`json_build_object(
  'status', orders.status, 'currency', orders.currency, 'totalMinor', orders.total_minor,
  'endedBy', orders.ended_by, 'paidAttempt', orders.paid_attempt,
  'paidAt', (SELECT ${ms(Prisma.sql`max(at)`)} FROM order_event
             WHERE user_id = orders.user_id AND order_id = orders.id AND to_status = 'paid' AND from_status <> 'paid'),
  'cancelledAt', (SELECT ${ms(Prisma.sql`max(at)`)} FROM order_event
                  WHERE user_id = orders.user_id AND order_id = orders.id
                    AND to_status = 'cancelled' AND from_status NOT IN ('cancelled', 'refunded')),
  'payments', (SELECT coalesce(json_agg(json_build_object(
      'attempt', attempt, 'method', method, 'status', status, 'amountMinor', amount_minor,
      'capturedMinor', captured_minor, 'refundedMinor', refunded_minor, 'lostMinor', lost_minor,
      'isDisputed', EXISTS (SELECT FROM dispute
                            WHERE dispute.user_id = payment.user_id AND dispute.order_id = payment.order_id
                              AND dispute.attempt = payment.attempt AND kind = 'dispute' AND dispute.status = 'open'),
      'refunds', (SELECT coalesce(json_agg(json_build_object(
          'amountMinor', amount_minor, 'status', status,
          'madeAt', ${ms(Prisma.sql`created_at`)}, 'changedAt', ${ms(Prisma.sql`updated_at`)})), '[]')
        FROM refund
        WHERE refund.user_id = payment.user_id AND refund.order_id = payment.order_id
          AND refund.attempt = payment.attempt)
    ) ORDER BY attempt), '[]')
    FROM payment WHERE payment.user_id = orders.user_id AND payment.order_id = orders.id))`;

export async function readOrderMoney({ userId, id }: { userId: string; id: string }): Promise<OrderMoney> {
  const [row] = await db().$queryRaw<{ facts: MoneyFacts }[]>`
    SELECT ${moneyFactsSql} AS facts FROM orders WHERE user_id = ${userId}::uuid AND id = ${id}::uuid`;
  if (!row) throw new Error(`there is no order ${id}`);
  return summarize(row.facts);
}
