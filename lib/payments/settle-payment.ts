import { randomUUID } from 'node:crypto';
import { db, type Tx } from '#lib/db.ts';
import { env } from '#lib/env.ts';
import { addJob } from '#lib/jobs/add-job.ts';
import { logger } from '#lib/logger.ts';
import { changeOrder } from '#lib/orders/change-order.ts';
import type { OrderStatus } from '#lib/orders/schema.ts';
import { lockOrder, type OrderRow, type PaymentRow, readPayment } from '#lib/payments/payment-rows.ts';
import type { AttemptKey } from '#lib/payments/provider.ts';
import { type Finding, type Settlement, settle } from '#lib/payments/settle.ts';
import { takeStock } from '#lib/stock/take-stock.ts';

/** How soon the provider is asked again about a charge that it gave no answer to. */
const askAgainMs = 3_000;

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
 * Finds out about an attempt and writes what became of it. Nothing is locked while the provider is
 * asked, so what it said counts only if nobody has written about the attempt since: then it is newer
 * than all that is known. Undefined when there is no such attempt.
 */
export async function settlePayment({ key, ask, actor }: SettlePayment): Promise<Settled | undefined> {
  let charged: Finding | undefined;
  for (let look = 1; ; look += 1) {
    const payment = await readPayment(db(), key);
    if (!payment) return undefined;
    const heard = await ask(payment);
    // That money was taken is not forgotten because somebody, who didn't see it yet, wrote "declined".
    if (isCharged(heard)) charged = heard;
    const finding = heard ?? charged;
    const seen = look < maxLooks ? payment.version : undefined;
    const settled = await db().$transaction((tx) => write(tx, { payment, seen, finding, actor }));
    if (settled !== 'stale') return settled;
  }
}

interface Write {
  payment: PaymentRow;
  /** The payment's version before the provider was asked; undefined when nothing will be asked again. */
  seen: number | undefined;
  finding: Finding | undefined;
  actor: string;
}

async function write(tx: Tx, { payment: { userId, orderId, attempt }, seen, finding, actor }: Write) {
  const locked = await lockOrder(tx, { userId, orderId });
  const payment = locked?.payments.find((row) => row.attempt === attempt);
  if (!locked || !payment) return undefined;
  const { order, payments } = locked;
  if (finding === undefined) return { order, payment };
  if (payment.version !== seen) {
    if (seen !== undefined) return 'stale';
    if (!isCharged(finding)) return { order, payment };
  }
  if (isForeign(finding, payment)) return { order, payment };

  const input = { order, payments, attempt, finding };
  let settlement = settle(input);
  if (settlement.takeStock && !(await takeStock(tx, { userId, orderId }))) {
    settlement = settle({ ...input, stockIsGone: true });
  }
  return {
    payment: await writePayment(tx, payment, finding, settlement, actor),
    order: await writeOrder(tx, { ...order, userId }, settlement, actor),
  };
}

/** Whether the provider says that the money was taken, or is kept for us. */
function isCharged(finding: Finding | undefined): boolean {
  if (finding === undefined || typeof finding === 'string') return false;
  return finding.status === 'succeeded' || finding.status === 'authorized';
}

/** Less money than the order costs, or other money, settles nothing: a person has to look. */
function isForeign(finding: Finding, { orderId, attempt, amountMinor, currency }: PaymentRow): boolean {
  if (typeof finding === 'string') return false;
  if (finding.amountMinor === amountMinor && finding.currency === currency) return false;
  logger().error({ orderId, attempt, charge: finding.ref }, 'a charge is of another amount than its payment');
  return true;
}

async function writePayment(
  tx: Tx,
  payment: PaymentRow,
  finding: Finding,
  { payment: to = payment.status, giveBack }: Settlement,
  actor: string,
): Promise<PaymentRow> {
  const { userId, orderId, attempt, amountMinor, currency } = payment;
  const said = typeof finding === 'string' ? undefined : finding;
  const after: PaymentRow = {
    ...payment,
    status: to,
    version: payment.version + 1,
    providerRef: said?.ref ?? payment.providerRef,
    declineCode: to === 'declined' ? (said?.declineCode ?? payment.declineCode) : null,
    actionUrl: to === 'requires_action' ? (said?.actionUrl ?? payment.actionUrl) : null,
    refundedMinor: giveBack ? amountMinor : payment.refundedMinor,
  };
  const { status, providerRef, declineCode, actionUrl, refundedMinor } = after;
  const same = (['status', 'providerRef', 'declineCode', 'actionUrl'] as const).every(
    (name) => after[name] === payment[name],
  );
  if (same) return payment;
  await tx.$executeRaw`
    UPDATE payment SET status = ${status}, provider_ref = ${providerRef}, decline_code = ${declineCode},
                       action_url = ${actionUrl}, refunded_minor = ${refundedMinor}::int,
                       version = version + 1, updated_at = now()
    WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid AND attempt = ${attempt}::int`;
  if (to === 'unknown') {
    const options = { afterMs: askAgainMs, key: settleKey(payment) };
    await addJob(tx, 'settle_payment', { userId, orderId, attempt }, options);
  }
  if (giveBack) {
    const id = randomUUID();
    const { reason } = giveBack;
    await recordRefund(tx, { userId, orderId, id, attempt, amountMinor, currency, actor, reason });
  }
  return after;
}

const settleKey = ({ orderId, attempt }: AttemptKey) => `settle_payment:${orderId}:${attempt}`;

export interface NewRefund extends AttemptKey {
  id: string;
  amountMinor: number;
  currency: string;
  actor: string;
  reason: string;
}

/** A refund that has to be asked for, and the job that does if nobody else is sooner. */
export async function recordRefund(tx: Tx, refund: NewRefund): Promise<void> {
  const { userId, orderId, id, attempt, amountMinor, currency, actor, reason } = refund;
  await tx.$executeRaw`
    INSERT INTO refund (user_id, order_id, id, attempt, amount_minor, currency, status, actor, reason, idempotency_key)
    VALUES (${userId}::uuid, ${orderId}::uuid, ${id}::uuid, ${attempt}::int, ${amountMinor}::int, ${currency},
            'created', ${actor}, ${reason}, ${`refund:${id}`})`;
  const options = { afterMs: askAgainMs, key: `settle_refund:${id}` };
  await addJob(tx, 'settle_refund', { userId, orderId, id }, options);
}

async function writeOrder(
  tx: Tx,
  order: OrderRow & { userId: string },
  { order: change, giveBack, accepts }: Settlement,
  actor: string,
): Promise<OrderRow> {
  const { userId, id: orderId, version, status: from } = order;
  const accepted = order.accepted || accepts === true;
  if (accepted !== order.accepted) {
    await tx.$executeRaw`
      UPDATE orders SET accepted_at = now() WHERE user_id = ${userId}::uuid AND id = ${orderId}::uuid`;
  }
  // What is given back changes nothing about the order, but is something to tell its owner.
  const step = change ?? (giveBack && { to: from, reason: giveBack.reason });
  if (!step) return { ...order, accepted };
  const { to, reason } = step;
  await changeOrder(tx, { userId, orderId, version, from, to, actor, reason });
  await changeHold(tx, { userId, orderId, from, to });
  return { ...order, accepted, status: to, version: version + 1, lastActor: actor };
}

/** A paid order holds its stock for good; one that has to be paid again, for as long as a new one. */
async function changeHold(
  tx: Tx,
  { userId, orderId, from, to }: { userId: string; orderId: string; from: OrderStatus; to: OrderStatus },
): Promise<void> {
  if (to === 'paid') {
    await tx.$executeRaw`
      UPDATE orders SET hold_until = NULL WHERE user_id = ${userId}::uuid AND id = ${orderId}::uuid`;
  } else if (from === 'paid' && to === 'payment_declined') {
    await extendHold(tx, { userId, orderId });
  }
}

/** Another attempt has as long as the first one had. */
export async function extendHold(
  tx: Tx,
  { userId, orderId }: { userId: string; orderId: string },
): Promise<void> {
  await tx.$executeRaw`
    UPDATE orders SET hold_until = now() + make_interval(mins => ${env().HOLD_MINUTES}::int)
    WHERE user_id = ${userId}::uuid AND id = ${orderId}::uuid`;
}
