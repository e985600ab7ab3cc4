import { Prisma } from '#lib/generated/prisma/client.ts';
import { byJob } from '#lib/orders/actor.ts';
import { isHoldOver } from '#lib/orders/order-rows.ts';
import { type AttemptKey, UnknownOutcome } from '#lib/payment-provider/provider.ts';
import { isOpen, type PaymentRow } from '#lib/payments/payment-rows.ts';
import { cancelCharge, queryOrCreateCharge } from '#lib/payments/query-charge.ts';
import { settlePayment } from '#lib/payments/settling/settle-payment.ts';
import { type RefundKey, settleRefund } from '#lib/payments/settling/settle-refund.ts';
import type { Finding } from '#lib/payments/settling/settlement.ts';
import { db } from '#lib/platform/database/db.ts';
import { logger } from '#lib/platform/logger.ts';

/**
 * Attempts and refunds that changed within this time are left to the request or job that works on them. It
 * exceeds the time that a submission takes from its commit to its answer, so the sweep only takes abandoned
 * work.
 */
const leftAloneSeconds = 30;

/** The same for attempts that wait for the shopper at their bank: a webhook usually reports them sooner. */
const atTheBankSeconds = 120;

/** The same for attempts that a bank processes, which can take days. */
const processingSeconds = 600;

/**
 * An `updated_at` in the future was written while the database's clock was wrong. Such rows are swept
 * too: by the time it is reached, the provider may have forgotten the key.
 */
const isAhead = Prisma.sql`updated_at > now() + interval '1 minute'`;

/** Limits of one sweep, which asks about one row at a time. The next sweep, a minute later, continues. */
const maxSwept = 50;
const sweepMs = 40_000;

/**
 * Continues abandoned payments and refunds: their process died, or their job or webhook was lost. Sweeps
 * that run at the same time share the work.
 */
export async function sweepPayments(): Promise<void> {
  const until = performance.now() + sweepMs;
  for (const key of await takePayments()) {
    if (performance.now() > until) return;
    await goOn(key, () =>
      settlePayment({
        key,
        ask,
        actor: byJob('sweep_payments'),
      }),
    );
  }
  for (const key of await takeRefunds()) {
    if (performance.now() > until) return;
    await goOn(key, () => settleRefund(key));
  }
}

/**
 * An attempt that was never charged is charged now, unless the order's hold has expired: its shopper got
 * no answer for so long that they have left. `expire_holds` then ends the order.
 */
async function ask(payment: PaymentRow): Promise<Finding | undefined> {
  if (!isOpen(payment.status)) return undefined;
  const isLate = payment.status === 'created' && (await isHoldOver(db(), payment));
  return isLate ? cancelCharge(payment) : queryOrCreateCharge(payment);
}

/** A failure must not block the other rows; the next sweep retries this one. */
async function goOn(key: { orderId: string }, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const mayHelpToWait = error instanceof UnknownOutcome && error.deniedWith === undefined;
    const log = mayHelpToWait ? 'warn' : 'error';
    logger()[log]({ err: error, orderId: key.orderId }, 'a payment could not be swept up');
  }
}

/** Sets `updated_at` to now, so that the next sweep starts with the rows that have waited longest. */
function takePayments(): Promise<AttemptKey[]> {
  return db().$queryRaw<AttemptKey[]>`
    UPDATE payment SET updated_at = now()
    FROM (SELECT user_id, order_id, attempt FROM payment
          WHERE status IN ('created', 'requires_action', 'processing', 'unknown')
            AND (${isAhead} OR updated_at < now() - make_interval(secs => CASE status
              WHEN 'requires_action' THEN ${atTheBankSeconds}::int
              WHEN 'processing' THEN ${processingSeconds}::int ELSE ${leftAloneSeconds}::int END))
          ORDER BY updated_at LIMIT ${maxSwept} FOR UPDATE SKIP LOCKED) AS taken
    WHERE payment.user_id = taken.user_id AND payment.order_id = taken.order_id AND payment.attempt = taken.attempt
    RETURNING payment.user_id AS "userId", payment.order_id AS "orderId", payment.attempt`;
}

function takeRefunds(): Promise<RefundKey[]> {
  return db().$queryRaw<RefundKey[]>`
    UPDATE refund SET updated_at = now()
    FROM (SELECT user_id, order_id, id FROM refund
          WHERE status = 'created'
            AND (${isAhead} OR updated_at < now() - make_interval(secs => ${leftAloneSeconds}::int))
          ORDER BY updated_at LIMIT ${maxSwept} FOR UPDATE SKIP LOCKED) AS taken
    WHERE refund.user_id = taken.user_id AND refund.order_id = taken.order_id AND refund.id = taken.id
    RETURNING refund.user_id AS "userId", refund.order_id AS "orderId", refund.id`;
}
