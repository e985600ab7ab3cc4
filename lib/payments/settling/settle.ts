import { byProvider } from '#lib/orders/actor.ts';
import type { OrderStatus } from '#lib/orders/schema.ts';
import type { Charge, ProviderDispute } from '#lib/payment-provider/provider.ts';
import type { PaymentStatus } from '#lib/payment-provider/statuses.ts';
import { mirrorDisputes, whyClosed, whyOpened } from '#lib/payments/events/mirror-disputes.ts';
import { mirrorRefunds, type RefundRow } from '#lib/payments/events/mirror-refunds.ts';
import { isOpen, tookNothing } from '#lib/payments/payment-rows.ts';
import {
  askAgain,
  type Claim,
  claimOn,
  isAnotherThere,
  paidByMoneyAgain,
} from '#lib/payments/settling/money-again.ts';
import { type SettleOrder, settleStatus, unpaid } from '#lib/payments/settling/settle-status.ts';
import type { OrderNews, SettleInput, Settlement } from '#lib/payments/settling/settlement.ts';

/**
 * Decides what changes for an order and its payment, from their rows and the provider's view of the
 * charge, without I/O. Every path that learns about a charge calls it: the request, the webhook, the
 * poll, the return from the bank, the operator's commands and the jobs. The result does not depend on
 * their order or on repeats.
 */

export function settle(input: SettleInput): Settlement {
  const { finding } = input;
  const status = settleStatus(input);
  if (typeof finding === 'string') return { ...status, giveBack: undefined };
  return withDisputes(input, finding, withRefunds(input, finding, status));
}

function withRefunds(input: SettleInput, charge: Charge, so: SettleOrder): Settlement {
  const { refunds: seen } = charge;
  const { order, payments, attempt, refunds: rows = [] } = input;
  const payment = payments.find((row) => row.attempt === attempt);
  const status = so.payment ?? payment?.status;
  if (!payment || !status || isOpen(status) || tookNothing(status) || status === 'authorized') {
    return { ...so, giveBack: undefined };
  }
  const mirrored = mirrorRefunds(rows, seen ?? []);
  const { changes, confirmed, failed, confirmedMinor, requestedMinor } = mirrored;
  const taken = charge.status === 'succeeded' ? charge.amountMinor : payment.amountMinor;
  const left = taken - confirmedMinor - requestedMinor;
  // Only for money that was known before this look, and only when the look shows its refunds.
  const isKnown = seen !== undefined && !so.payment && charge.status === 'succeeded';
  const claim = isKnown && left > 0 ? claimOn(input, left) : undefined;
  const owed = claim === 'shopper' ? (wonForNothing(input, charge) ?? askAgain(mirrored)) : undefined;
  const why = so.giveBack ?? owed;
  // Money that a bank took in a dispute cannot be refunded.
  const owedMinor = left - mirrorDisputes(input.disputes ?? [], charge.disputes ?? []).lostMinor;
  const giveBack = why && owedMinor > 0 ? { ...why, amountMinor: owedMinor } : undefined;
  const sums = { taken, confirmedMinor, left, giveBack };
  const next = seen || giveBack ? statusOf(input, status, sums, claim) : status;
  const settled: Settlement = { ...so, giveBack, ...(claim === 'pays' ? paidByMoneyAgain : {}) };
  if (next !== payment.status) settled.payment = next;
  if (changes.length > 0) Object.assign(settled, { refunds: changes, refundedMinor: confirmedMinor });

  const isOrders = order.paidAttempt === attempt && so.order === undefined;
  const last = confirmed.at(-1);
  const ends = isOrders && next === 'refunded' && last !== undefined && endsByRefund.includes(order.status);
  if (ends) {
    settled.order = {
      to: 'refunded',
      reason: last.reason,
      actor: last.actor,
      endedBy: last.origin === 'provider' ? 'provider' : 'operator',
      amountMinor: confirmed.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
      ...(order.status === 'paid' ? { releaseStock: true } : {}),
    };
  }
  if (isOrders && next !== 'refunded' && order.status === 'refunded') {
    settled.order = { to: order.fulfilled ? 'fulfilled' : 'cancelled', reason: 'its refund failed' };
  }
  const news = [
    ...(ends ? [] : confirmed.map((row) => newsOf('refunded', row))),
    ...failed.map((row) => newsOf('refund_failed', row)),
    ...(giveBack ? [{ kind: 'refund_requested' as const, ...giveBack }] : []),
  ];
  return news.length > 0 ? { ...settled, news } : settled;
}

/**
 * The provider refuses to refund a disputed charge. If no order needs the charge, it is refunded after
 * the dispute is won.
 */
function wonForNothing(
  { disputes: rows = [] }: SettleInput,
  { disputes: seen = [] }: Charge,
): { reason: string } | undefined {
  const won = mirrorDisputes(rows, seen).closed.some(({ status }) => status === 'won');
  return won ? { reason: 'the charge was disputed when its order did not need it' } : undefined;
}

/** Orders in these states end when their money is refunded. */
const endsByRefund: readonly OrderStatus[] = ['paid', 'fulfilled', 'cancelled'];

function newsOf(kind: OrderNews['kind'], { amountMinor, reason, actor }: RefundRow): OrderNews {
  return { kind, amountMinor, reason, actor };
}

/** The status of a payment whose money was captured: kept, being refunded, or refunded. */
function statusOf(
  input: SettleInput,
  status: PaymentStatus,
  sums: { taken: number; confirmedMinor: number; left: number; giveBack: unknown },
  claim: Claim | undefined,
): PaymentStatus {
  if (sums.confirmedMinor >= sums.taken) return 'refunded';
  if (sums.giveBack || sums.left <= 0) return 'returning';
  if (claim !== 'shopper') return claim ? 'succeeded' : status;
  // The money stays here because the provider fails to refund it. It must not block another attempt from
  // paying the order.
  const isNeeded = unpaid.includes(input.order.status) || isAnotherThere(input);
  return isNeeded ? 'returning' : 'succeeded';
}

function withDisputes(
  { payments, attempt, disputes: rows = [] }: SettleInput,
  { disputes: seen }: Charge,
  settled: Settlement,
): Settlement {
  const payment = payments.find((row) => row.attempt === attempt);
  if (!seen || !payment) return settled;
  const { changes, opened, closed, lostMinor } = mirrorDisputes(rows, seen);
  if (changes.length === 0) return settled;
  const news: OrderNews[] = [
    ...opened.map((one) => ({ ...moneyOf(one), kind: 'dispute_opened' as const, reason: whyOpened(one) })),
    ...closed.map((one) => ({ ...moneyOf(one), kind: 'dispute_closed' as const, reason: whyClosed(one) })),
  ];
  return { ...settled, disputes: changes, lostMinor, news: [...(settled.news ?? []), ...news] };
}

const moneyOf = ({ amountMinor }: ProviderDispute) => ({ amountMinor, actor: byProvider });
