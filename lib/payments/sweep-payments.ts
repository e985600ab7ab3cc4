import { Prisma } from '#lib/generated/prisma/client.ts';
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
 * How long an attempt or a refund is left to whoever began it: longer than a submission takes from
 * its commit to its answer, so that only what somebody died over is swept up.
 */
const leftAloneSeconds = 30;

/** The same of one that waits for the shopper at their bank, whose webhook tells of it sooner. */
const atTheBankSeconds = 120;

/** And of one that its bank processes for days. */
const processingSeconds = 600;

/**
 * A time that lies ahead was written when the database's clock was wrong. Until it comes, the provider
 * may have forgotten the key.
 */
const isAhead = Prisma.sql`updated_at > now() + interval '1 minute'`;

/** Asked about in one sweep, one after the other, for as long: the rest comes with the next minute's. */
const maxSwept = 50;
const sweepMs = 40_000;

/**
 * Goes on with payments and refunds that nobody goes on with: their process died, their job or their
 * webhook was lost. Several sweeps at once share the work.
 */
export async function sweepPayments(): Promise<void> {
  const until = performance.now() + sweepMs;
  for (const key of await takePayments()) {
    if (performance.now() > until) return;
    await goOn(key, () =>
      settlePayment({
        key,
        ask,
        actor: 'job:sweep_payments',
      }),
    );
  }
  for (const key of await takeRefunds()) {
    if (performance.now() > until) return;
    await goOn(key, () => settleRefund(key));
  }
}

/**
 * An attempt that was never begun is charged now, but not after the hold of its order: its shopper had
 * no answer for so long and has gone. `expire_holds` ends the order.
 */
async function ask(payment: PaymentRow): Promise<Finding | undefined> {
  if (!isOpen(payment.status)) return undefined;
  const isLate = payment.status === 'created' && (await isHoldOver(db(), payment));
  return isLate ? cancelCharge(payment) : queryOrCreateCharge(payment);
}

/** One that fails keeps none of the others waiting; the next sweep meets it again. */
async function goOn(key: { orderId: string }, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const log = error instanceof UnknownOutcome ? 'warn' : 'error';
    logger()[log]({ err: error, orderId: key.orderId }, 'a payment could not be swept up');
  }
}

/** Their time is set to now, so that the longest neglected come first the next time. */
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
