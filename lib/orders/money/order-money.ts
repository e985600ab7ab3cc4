import { Prisma } from '#lib/generated/prisma/client.ts';
import type { CancellationSource, OrderStatus } from '#lib/orders/schema.ts';
import type { PaymentStatus, RefundStatus } from '#lib/payment-provider/statuses.ts';
import { sql } from '#lib/platform/database/db.ts';

/** The summary of an order's money, used by the page and the emails. Times are in milliseconds since 1970. */

/** The database rows that the summary is computed from. */
export interface MoneyFacts {
  status: OrderStatus;
  currency: string;
  totalMinor: number;
  endedBy: CancellationSource | null;
  /** The attempt that paid the order; null for an order that was never paid by card. */
  paidAttempt: number | null;
  /** When the order was last paid, when it was last cancelled, and when it was handed to the carrier. */
  paidAt: number | null;
  cancelledAt: number | null;
  fulfilledAt: number | null;
  payments: PaymentFacts[];
}

export interface PaymentFacts {
  attempt: number;
  method: string;
  status: PaymentStatus;
  amountMinor: number;
  /** The amount that the provider has captured; 0 while it is only reserved. */
  capturedMinor: number;
  /** The amount whose refund, or release if only reserved, the provider has confirmed. */
  refundedMinor: number;
  /** The amount lost to a bank in disputes. */
  lostMinor: number;
  /** A bank disputes the charge and has not decided yet. */
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
  /** The attempt pays the order, or did until its money was refunded. */
  pays: boolean;
  /** The amount is or was only reserved on the card; nothing was captured. */
  isReserved: boolean;
  /** The amount that is still reserved and whose release is not requested. */
  reservedMinor: number;
  /** The amount whose refund or release is requested and not confirmed. */
  requestedMinor: number;
  /** The amount that the shop keeps: neither refunded, nor requested, nor lost. */
  keptMinor: number;
  /** The part of `keptMinor` whose refund failed at the provider. */
  failedMinor: number;
  /** The part of `keptMinor` that pays no active order, without `failedMinor`. */
  owedMinor: number;
  /** The attempt pays the order because an earlier refund of it failed. */
  cameBack: boolean;
  /** The shop learned of the payment after the order was cancelled. */
  cameLate: boolean;
}

export interface OrderMoney extends Omit<MoneyFacts, 'payments'> {
  attempts: AttemptMoney[];
  /** Whether a card was ever charged for the order. */
  isCharged: boolean;
}

export function summarize({ payments, ...facts }: MoneyFacts): OrderMoney {
  const paidAttempt = facts.paidAttempt ?? liveAttempt(facts.status, payments);
  const order = { ...facts, paidAttempt };
  return {
    ...order,
    attempts: payments.map((payment) => ofAttempt(order, payment)),
    isCharged: payments.some(({ capturedMinor }) => capturedMinor > 0),
  };
}

/** An earlier version recorded that an order is paid, but not by which attempt. */
function liveAttempt(status: OrderStatus, payments: readonly PaymentFacts[]): number | null {
  if (status !== 'paid' && status !== 'fulfilled') return null;
  return (
    payments.findLast((payment) => ['succeeded', 'authorized'].includes(payment.status))?.attempt ?? null
  );
}

function ofAttempt(
  { status: orderStatus, paidAttempt, paidAt, cancelledAt }: Omit<MoneyFacts, 'payments'>,
  { refunds, ...payment }: PaymentFacts,
): AttemptMoney {
  const { attempt, method, status, amountMinor, capturedMinor, refundedMinor, lostMinor } = payment;
  const pays = attempt === paidAttempt;
  const isReserved =
    method === 'card' && capturedMinor === 0 && ['authorized', 'returning', 'refunded'].includes(status);
  const requestedMinor = sumOf(refunds.filter((refund) => refund.status === 'created'));
  const keptMinor = Math.max(0, capturedMinor - refundedMinor - requestedMinor - lostMinor);
  const isBeforePaid = ({ madeAt }: RefundFacts) => pays && paidAt !== null && madeAt < paidAt;
  // A failed refund no longer matters when its money pays the order.
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

/** Money known before a cancellation is refunded no later than with it. So later refunds mean late money. */
const isAllAfter = (at: number, refunds: readonly RefundFacts[]): boolean =>
  refunds.length > 0 && refunds.every(({ madeAt }) => madeAt > at);

/** The sum of failed refunds, less the refunds requested since the failure. */
function notMadeGood(refunds: readonly RefundFacts[]): number {
  const steps = refunds
    .map(({ amountMinor, status, madeAt, changedAt }) =>
      status === 'failed' ? { at: changedAt, change: amountMinor } : { at: madeAt, change: -amountMinor },
    )
    // A refund requested at the time of the failure was requested because of it.
    .sort((one, other) => one.at - other.at || other.change - one.change);
  return steps.reduce((sum, { change }) => Math.max(0, sum + change), 0);
}

const sumOf = (refunds: readonly RefundFacts[]): number =>
  refunds.reduce((sum, { amountMinor }) => sum + amountMinor, 0);

const ms = (time: Prisma.Sql): Prisma.Sql => Prisma.sql`(extract(epoch FROM ${time}) * 1000)::bigint`;

/**
 * `MoneyFacts` of a row of `orders`, read in the same statement as the row. So the page and an email never
 * see half of a change. `userId` and `id` are the order's keys: its columns in a statement about several orders.
 * For one order use parameters, because PostgreSQL then opens one partition of each table instead of sixteen.
 */
export function moneyFactsSql({ userId, id }: { userId: Prisma.Sql; id: Prisma.Sql }): Prisma.Sql {
  const of = (table: string) =>
    Prisma.sql`${Prisma.raw(table)}.user_id = ${userId} AND ${Prisma.raw(table)}.order_id = ${id}`;
  return Prisma.sql`json_build_object(
  'status', orders.status, 'currency', orders.currency, 'totalMinor', orders.total_minor,
  'endedBy', orders.ended_by, 'paidAttempt', orders.paid_attempt,
  'fulfilledAt', ${ms(Prisma.sql`orders.fulfilled_at`)},
  'paidAt', (SELECT ${ms(Prisma.sql`max(at)`)} FROM order_event
             WHERE ${of('order_event')} AND to_status = 'paid' AND from_status <> 'paid'),
  'cancelledAt', (SELECT ${ms(Prisma.sql`max(at)`)} FROM order_event
                  WHERE ${of('order_event')}
                    AND to_status = 'cancelled' AND from_status NOT IN ('cancelled', 'refunded')),
  'payments', (SELECT coalesce(json_agg(json_build_object(
      'attempt', attempt, 'method', method, 'status', status, 'amountMinor', amount_minor,
      'capturedMinor', captured_minor, 'refundedMinor', refunded_minor, 'lostMinor', lost_minor,
      'isDisputed', EXISTS (SELECT FROM dispute
                            WHERE ${of('dispute')}
                              AND dispute.attempt = payment.attempt AND kind = 'dispute' AND dispute.status = 'open'),
      'refunds', (SELECT coalesce(json_agg(json_build_object(
          'amountMinor', amount_minor, 'status', status,
          'madeAt', ${ms(Prisma.sql`created_at`)}, 'changedAt', ${ms(Prisma.sql`updated_at`)})), '[]')
        FROM refund
        WHERE ${of('refund')} AND refund.attempt = payment.attempt)
    ) ORDER BY attempt), '[]')
    FROM payment WHERE ${of('payment')}))`;
}

export async function readOrderMoney({ userId, id }: { userId: string; id: string }): Promise<OrderMoney> {
  const [row] = await sql().$queryRaw<{ facts: MoneyFacts }[]>`
    SELECT ${moneyFactsSql({ userId: Prisma.sql`${userId}::uuid`, id: Prisma.sql`${id}::uuid` })} AS facts FROM orders WHERE user_id = ${userId}::uuid AND id = ${id}::uuid`;
  if (!row) throw new Error(`there is no order ${id}`);
  return summarize(row.facts);
}
