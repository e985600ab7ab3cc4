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

/** Somebody else wrote meanwhile, and what we know may be older: read and ask again, so often. */
const maxLooks = 4;

/** An attempt and its order as they stand after whatever was found out has been written. */
export interface Settled {
  order: OrderRow;
  payment: PaymentRow;
}

export interface SettlePayment {
  /** Which attempt; the order's latest if none is named. */
  key: Omit<AttemptKey, 'attempt'> & { attempt?: number };
  /** Finds out what became of it; undefined when there is nothing to find out. */
  ask: (payment: PaymentRow) => Promise<Finding | undefined>;
  /** Who asks, for the order's events. */
  actor: string;
}

/**
 * Finds out about an attempt and writes what became of it. Money of the order that no attempt accounts
 * for then pays the order: what is answered is the attempt that the money was taken for. Undefined when
 * there is no such attempt. Throws `UnknownOutcome` when the provider says nothing about such money.
 */
export async function settlePayment(asked: SettlePayment): Promise<Settled | undefined> {
  const { settled, payment } = await settleAttempt(asked);
  if (!settled || !payment?.strayRef) return settled;
  if (!isOver(settled.payment.status) || !takesMoney(settled.order.status)) return settled;
  return (await settleStray(payment, asked.actor)) ?? settled;
}

/** An attempt whose row was lost is made anew from its charge, and is settled like any other. */
async function settleStray(payment: PaymentRow, actor: string): Promise<Settled | undefined> {
  const charge = await findStray(payment);
  if (!charge?.attempt || !(await db().$transaction((tx) => restoreAttempt(tx, charge)))) return undefined;
  const ask = async (row: PaymentRow) => (isOpen(row.status) ? queryCharge(row) : undefined);
  return (await settleAttempt({ key: charge.attempt, ask, actor })).settled;
}

/**
 * Nothing is locked while the provider is asked, so what it said counts only if no other process has written
 * about the attempt since: then it is newer than all that is known. With the row that was asked about.
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
 * A charge that was seen before another process wrote "declined", perhaps without having seen it. Money that
 * was taken stays taken. An authorisation may have been cancelled since, and that be what they saw.
 */
async function asItIsNow(charged: Charge): Promise<Charge | undefined> {
  if (charged.status === 'succeeded' || charged.ref === undefined) return charged;
  const provider = await paymentProvider();
  return provider.retrieve(charged.ref, { thorough: true });
}

interface Write {
  /** As it was before the provider was asked. */
  payment: PaymentRow;
  /** Its version then; undefined when nothing will be asked again. */
  seen: number | undefined;
  finding: Finding | undefined;
  actor: string;
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
    // Who wrote that an attempt is over may have seen its authorisation cancelled.
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

/** Takes the stock of an order that ended, or says why it stays ended. */
async function takeUpAgain(
  tx: Tx,
  key: { userId: string; orderId: string },
): Promise<Pick<SettleInput, 'isTooLate' | 'stockIsGone'>> {
  if (!(await hasEndedLately(tx, key))) return { isTooLate: true };
  return { stockIsGone: !(await takeStock(tx, key)) };
}

/** For a day a late charge buys at the price of the order. After that the shop's new prices count. */
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

/** Whether the provider says that the money was taken, or is kept for us. */
function isCharged(finding: Finding | undefined): finding is Charge {
  return typeof finding === 'object' && ['succeeded', 'authorized'].includes(finding.status);
}

function isTaken(finding: Finding | undefined): boolean {
  return typeof finding === 'object' && finding.status === 'succeeded';
}

/** Of a look that may be old, that money was taken is true still; what became of it may not be. */
function withoutMirrored(finding: Finding): Finding {
  return typeof finding === 'string' ? finding : { ...finding, refunds: undefined, disputes: undefined };
}

/** What is recorded beside the payment, where the look showed something to compare it with. */
async function readMirrored(tx: Tx, payment: PaymentRow, finding: Finding) {
  if (typeof finding === 'string' || !finding.refunds) return {};
  return { refunds: await readRefunds(tx, payment), disputes: await readDisputes(tx, payment) };
}
