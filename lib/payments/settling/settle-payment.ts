import type { Actor } from '#lib/orders/actor.ts';
import type { OrderRow } from '#lib/orders/order-rows.ts';
import { paymentProvider } from '#lib/payment-provider/payment-provider.ts';
import type { AttemptKey, Charge } from '#lib/payment-provider/provider.ts';
import { readDisputes, readRefunds } from '#lib/payments/events/read-mirrored.ts';
import {
  adoptUnmatchedCharge,
  mismatchOf,
  recordUnmatchedCharge,
} from '#lib/payments/events/unmatched-charges.ts';
import { isOpen, isOver, lockOrder, type PaymentRow, readPayment } from '#lib/payments/payment-rows.ts';
import { findStray, queryCharge } from '#lib/payments/query-charge.ts';
import { restoreAttempt, takesMoney } from '#lib/payments/settling/restore-attempt.ts';
import { settle } from '#lib/payments/settling/settle.ts';
import type { Finding, SettleInput, Settlement } from '#lib/payments/settling/settlement.ts';
import { writeOrder, writePayment } from '#lib/payments/settling/write-settlement.ts';
import { db, type Tx } from '#lib/platform/database/db.ts';
import { takeStock } from '#lib/stock/take-stock.ts';

/**
 * How often to read and ask again when another process wrote in between: the provider's answer may then
 * be outdated.
 */
const maxLooks = 4;

/** An attempt and its order after the provider's answer has been written. */
export interface Settled {
  order: OrderRow;
  payment: PaymentRow;
}

export interface SettlePayment {
  /** The attempt; the order's latest if none is named. */
  key: Omit<AttemptKey, 'attempt'> & { attempt?: number };
  /** Asks the provider for the outcome; undefined when there is nothing to ask. */
  ask: (payment: PaymentRow) => Promise<Finding | undefined>;
  /** The actor, for the order's events. */
  actor: Actor;
}

/**
 * Asks about an attempt and writes the outcome. Then, if a charge holds money for the order that no
 * attempt accounts for, that money pays the order. The result is the attempt that the money was charged
 * for. Undefined when there is no such attempt. Throws `UnknownOutcome` when the provider says nothing
 * about such money.
 */
export async function settlePayment(asked: SettlePayment): Promise<Settled | undefined> {
  const { settled, payment } = await settleAttempt(asked);
  if (!settled || !payment?.strayRef) return settled;
  if (!isOver(settled.payment.status) || !takesMoney(settled.order.status)) return settled;
  return (await settleStray(payment, asked.actor)) ?? settled;
}

/** Recreates an attempt whose row was lost from its charge, and settles it like any other. */
async function settleStray(payment: PaymentRow, actor: Actor): Promise<Settled | undefined> {
  const charge = await findStray(payment);
  if (!charge?.attempt || !(await db().$transaction((tx) => restoreAttempt(tx, charge)))) return undefined;
  const ask = async (row: PaymentRow) => (isOpen(row.status) ? queryCharge(row) : undefined);
  return (await settleAttempt({ key: charge.attempt, ask, actor })).settled;
}

/**
 * No lock is held during the request to the provider. So its answer counts only if no other process has
 * written to the attempt since: that write is newer. Also returns the row as it was before the request.
 */
async function settleAttempt({ key, ask, actor }: SettlePayment): Promise<{
  settled?: Settled | undefined;
  payment?: PaymentRow;
}> {
  let charged: Charge | undefined;
  for (let look = 1; ; look += 1) {
    const payment = await readPayment(db(), key);
    if (!payment) return {};
    const finding = (await ask(payment)) ?? (charged && (await asItIsNow(charged)));
    if (isCharged(finding)) charged = finding;
    const seen = look < maxLooks ? payment.version : undefined;
    const settled = await db().$transaction((tx) => write(tx, { payment, seen, finding, actor }));
    if (settled !== 'stale') return { settled, payment };
  }
}

/**
 * Reads the charge again: another process has written "declined" since, perhaps without seeing it.
 * Captured money stays captured. An authorisation may have been cancelled, and the other process may have
 * seen that.
 */
async function asItIsNow(charged: Charge): Promise<Charge | undefined> {
  if (charged.status === 'succeeded' || charged.ref === undefined) return charged;
  const provider = await paymentProvider();
  return provider.retrieve(charged.ref, { thorough: true });
}

interface Write {
  /** The row before the provider was asked. */
  payment: PaymentRow;
  /** Its version then; undefined on the last try, when the provider is not asked again. */
  seen: number | undefined;
  finding: Finding | undefined;
  actor: Actor;
}

async function write(tx: Tx, { payment: before, seen, finding: heard, actor }: Write) {
  const { userId, orderId, attempt, unmatchedRef } = before;
  const locked = await lockOrder(tx, { userId, orderId });
  const payment = locked?.payments.find((row) => row.attempt === attempt);
  if (!locked || !payment) return undefined;
  const { order, payments } = locked;
  if (heard === undefined) return { order, payment };
  let finding = heard;
  if (payment.version !== seen) {
    if (seen !== undefined) return 'stale';
    // The process that wrote that the attempt is over may have seen its authorisation cancelled.
    const isKept = isTaken(finding) || (isCharged(finding) && isOpen(payment.status));
    if (!isKept) return { order, payment };
    finding = withoutMirrored(finding);
  }
  const mismatch = mismatchOf(finding, payment);
  if (mismatch) {
    await recordUnmatchedCharge(tx, finding, payment, mismatch);
    return { order, payment };
  }
  const input = { order, payments, attempt, finding, ...(await readMirrored(tx, payment, finding)) };
  let settlement: Settlement = settle(input);
  if (settlement.takeStock)
    settlement = settle({ ...input, ...(await takeUpAgain(tx, { userId, orderId })) });
  if (unmatchedRef && refOf(finding) === unmatchedRef) await adoptUnmatchedCharge(tx, { orderId, attempt });
  return {
    payment: await writePayment(tx, payment, finding, settlement, actor),
    order: await writeOrder(tx, { ...order, userId }, attempt, settlement, actor),
  };
}

/** Takes the stock of an ended order again, or says why the order must stay ended. */
async function takeUpAgain(
  tx: Tx,
  key: { userId: string; orderId: string },
): Promise<Pick<SettleInput, 'isTooLate' | 'stockIsGone'>> {
  if (!(await hasEndedLately(tx, key))) return { isTooLate: true };
  return { stockIsGone: !(await takeStock(tx, key)) };
}

/** For one day a late charge pays the order at its old prices. After that the new prices count. */
async function hasEndedLately(
  tx: Tx,
  { userId, orderId }: { userId: string; orderId: string },
): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT FROM order_event
    WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid
      AND kind = 'status' AND to_status = 'cancelled' AND at > now() - interval '1 day'
    LIMIT 1`;
  return rows.length > 0;
}

const refOf = (finding: Finding) => (typeof finding === 'string' ? undefined : finding.ref);

/** Whether the money was captured or authorised. */
function isCharged(finding: Finding | undefined): finding is Charge {
  return typeof finding === 'object' && ['succeeded', 'authorized'].includes(finding.status);
}

function isTaken(finding: Finding | undefined): boolean {
  return typeof finding === 'object' && finding.status === 'succeeded';
}

/** In an outdated answer, captured money is still true, but refunds and disputes may have changed. */
function withoutMirrored(finding: Finding): Finding {
  return typeof finding === 'string' ? finding : { ...finding, refunds: undefined, disputes: undefined };
}

/** The recorded refunds and disputes, when the answer has refunds to compare them with. */
async function readMirrored(tx: Tx, payment: PaymentRow, finding: Finding) {
  if (typeof finding === 'string' || !finding.refunds) return {};
  return { refunds: await readRefunds(tx, payment), disputes: await readDisputes(tx, payment) };
}
