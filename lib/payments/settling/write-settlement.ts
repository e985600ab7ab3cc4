import { randomUUID } from 'node:crypto';
import { addJob } from '#lib/jobs/add-job.ts';
import { type Actor, printActor } from '#lib/orders/actor.ts';
import { changeOrder } from '#lib/orders/change-order.ts';
import type { OrderRow } from '#lib/orders/order-rows.ts';
import type { AttemptKey, ChargeStatus } from '#lib/payment-provider/provider.ts';
import { writeDisputes, writeRefunds } from '#lib/payments/events/write-mirrored.ts';
import { changePayment, isSameState, type PaymentRow } from '#lib/payments/payment-rows.ts';
import type { Finding, Settlement } from '#lib/payments/settling/settlement.ts';
import type { Tx } from '#lib/platform/database/db.ts';
import { releaseStock } from '#lib/stock/release-stock.ts';

/** Writes what `settle` decided, in the caller's transaction and under the order's lock. */

/** Delay before the provider is asked again about a charge after it gave no answer. */
const askAgainMs = 3_000;

export async function writePayment(
  tx: Tx,
  payment: PaymentRow,
  finding: Finding,
  settlement: Settlement,
  actor: Actor,
): Promise<PaymentRow> {
  const { userId, orderId, attempt, currency } = payment;
  const { payment: to = payment.status, giveBack, refunds = [], disputes = [] } = settlement;
  const said = typeof finding === 'string' ? undefined : finding;
  const change = {
    status: to,
    providerRef: said?.ref ?? payment.providerRef,
    declineCode: to === 'declined' ? (said?.declineCode ?? payment.declineCode) : null,
    actionUrl: to === 'requires_action' ? (said?.actionUrl ?? payment.actionUrl) : null,
    capturedMinor: said?.status === 'succeeded' ? said.amountMinor : payment.capturedMinor,
    refundedMinor: settlement.refundedMinor ?? payment.refundedMinor,
    lostMinor: settlement.lostMinor ?? payment.lostMinor,
    feeMinor: said?.feeMinor ?? payment.feeMinor,
  };
  // Before the check for changes: the last job may have found a charge that could not be cancelled then.
  if (to === 'declined' && said?.ref !== undefined && stillPayable.includes(said.status)) {
    const options = { key: cancelDeclinedKey(payment), unlessWaiting: true };
    await addJob(tx, 'call_off_payment', { userId, orderId, attempt }, options);
  }
  if (isSameState(change, payment) && refunds.length === 0 && disputes.length === 0) return payment;
  const after = await changePayment(tx, payment, change);
  await writeRefunds(tx, payment, refunds);
  await writeDisputes(tx, payment, disputes);
  if (to === 'unknown') {
    const options = { afterMs: askAgainMs, key: settleKey(payment) };
    await addJob(tx, 'settle_payment', { userId, orderId, attempt }, options);
  }
  if (giveBack) {
    await recordRefund(tx, { userId, orderId, id: randomUUID(), attempt, currency, actor, ...giveBack });
  }
  return after;
}

/**
 * In these states the charge of an attempt that is over can still be paid. A processing charge can't be
 * cancelled; an event reports its outcome. A cancelled charge accepts no card and needs no job.
 */
const stillPayable: readonly ChargeStatus[] = ['declined', 'requires_action'];

const settleKey = ({ orderId, attempt }: AttemptKey) => `settle_payment:${orderId}:${attempt}`;

const cancelDeclinedKey = ({ orderId, attempt }: AttemptKey) => `call_off_payment:${orderId}:${attempt}`;

export interface NewRefund extends AttemptKey {
  id: string;
  amountMinor: number;
  currency: string;
  actor: Actor;
  reason: string;
}

/** Records a refund, and enqueues a delayed job that requests it in case no caller does so sooner. */
export async function recordRefund(tx: Tx, refund: NewRefund): Promise<void> {
  const { userId, orderId, id, attempt, amountMinor, currency, actor, reason } = refund;
  await tx.$executeRaw`
    INSERT INTO refund (user_id, order_id, id, attempt, amount_minor, currency, status, actor, actor_kind, reason,
                        idempotency_key)
    VALUES (${userId}::uuid, ${orderId}::uuid, ${id}::uuid, ${attempt}::int, ${amountMinor}::int, ${currency},
            'created', ${printActor(actor)}, ${actor.kind}, ${reason}, ${`refund:${orderId}:${id}`})`;
  const options = { afterMs: askAgainMs, key: `settle_refund:${id}` };
  await addJob(tx, 'settle_refund', { userId, orderId, id }, options);
}

/** Writes the order's new status and then the other news, one event each. */
export async function writeOrder(
  tx: Tx,
  order: OrderRow & { userId: string },
  attempt: number,
  { order: change, news = [], accepts }: Settlement,
  actor: Actor,
): Promise<OrderRow> {
  const { userId, id: orderId } = order;
  const accepted = order.accepted || accepts === true;
  if (accepted !== order.accepted) {
    await tx.$executeRaw`
      UPDATE orders SET accepted_at = now() WHERE user_id = ${userId}::uuid AND id = ${orderId}::uuid`;
  }
  const after = { ...order, accepted };
  for (const step of [...(change ? [change] : []), ...news.map((one) => ({ ...one, to: undefined }))]) {
    const { to = after.status, ...rest } = step;
    const { version, status: from } = after;
    const paidAttempt = step === change && to === 'paid' ? attempt : undefined;
    await changeOrder(tx, { userId, orderId, version, from, to, actor, paidAttempt, ...rest });
    Object.assign(after, { status: to, version: version + 1 });
  }
  if (change?.releaseStock) await releaseStock(tx, { userId, orderId });
  return after;
}
