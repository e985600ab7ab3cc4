import { deleteFailed } from '#lib/jobs/queue-tables.ts';
import { deleteLinkQuotas } from '#lib/order-management/order-link-quota.ts';
import { db, type Tx } from '#lib/platform/database/db.ts';
import { env } from '#lib/platform/env.ts';
import { deleteRevocations } from '#lib/platform/session/session-revocations.ts';
import { deleteResolved, deleteRuns } from '#lib/reconciliation/forget.ts';

/**
 * Deletes old data, so that every table that grows has an end: docs/operations.md, "What is kept". Keeps orders with
 * their payments and carts, and the books. Runs every minute and deletes a few rows each time, oldest first.
 */

/** Changes of the catalogue. A server that starts reads those of the last hours. */
const changesKeptDays = 1;

/** Counts of links to orders. A limit is for an hour. */
const linkQuotasKeptDays = 1;

/** Rows per transaction. It takes some milliseconds, so that no shopper waits for its locks. */
const batchRows = 500;

/** Transactions per run and kind. No shop creates more than the resulting 10,000 rows a minute. */
const maxBatches = 20;

export async function forgetOld(): Promise<void> {
  const {
    CART_KEPT_DAYS,
    MAIL_KEPT_DAYS,
    EVENTS_KEPT_DAYS,
    SUBMISSIONS_KEPT_DAYS,
    RECONCILIATIONS_KEPT_DAYS,
  } = env();
  await inBatches(CART_KEPT_DAYS, deleteCarts);
  await inBatches(MAIL_KEPT_DAYS, deleteMails);
  await inBatches(EVENTS_KEPT_DAYS, deletePaymentEvents);
  await inBatches(EVENTS_KEPT_DAYS, deleteDeliveries);
  await inBatches(EVENTS_KEPT_DAYS, deleteFailed);
  await inBatches(SUBMISSIONS_KEPT_DAYS, deleteSubmissions);
  await inBatches(RECONCILIATIONS_KEPT_DAYS, deleteRuns);
  await inBatches(RECONCILIATIONS_KEPT_DAYS, deleteResolved);
  await inBatches(changesKeptDays, deleteChanges);
  await inBatches(linkQuotasKeptDays, deleteLinkQuotas);
  await deleteRevocations();
}

/** Several workers can share the work, because each skips rows that another has locked. */
async function inBatches(
  days: number,
  deleteSome: (tx: Tx, days: number, limit: number) => Promise<number>,
): Promise<void> {
  if (days === 0) return;
  for (let batch = 0; batch < maxBatches; batch += 1) {
    const deleted = await db().$transaction((tx) => deleteSome(tx, days, batchRows));
    if (deleted < batchRows) return;
  }
}

/**
 * A shopper who edits such a cart at the same moment keeps it: one of the two transactions gets the lock,
 * and the other sees its result. An ordered cart is no longer open.
 */
async function deleteCarts(tx: Tx, days: number): Promise<number> {
  const carts = await tx.$queryRaw<{ userId: string; id: string }[]>`
    SELECT user_id AS "userId", id FROM cart
    WHERE status = 'open' AND created_at < now() - make_interval(days => ${days}::int)
      AND updated_at < now() - make_interval(days => ${days}::int)
    ORDER BY created_at LIMIT ${batchRows} FOR UPDATE SKIP LOCKED`;
  if (carts.length === 0) return 0;
  const keys = JSON.stringify(carts);
  await tx.$executeRaw`
    DELETE FROM cart_line USING json_to_recordset(${keys}::json) AS old ("userId" uuid, id uuid)
    WHERE cart_line.user_id = old."userId" AND cart_line.cart_id = old.id`;
  return tx.$executeRaw`
    DELETE FROM cart USING json_to_recordset(${keys}::json) AS old ("userId" uuid, id uuid)
    WHERE cart.user_id = old."userId" AND cart.id = old.id`;
}

/** Keeps emails that still wait to be sent, however old. */
function deleteMails(tx: Tx, days: number): Promise<number> {
  return tx.$executeRaw`
    DELETE FROM mail USING (
      SELECT user_id, order_id, version, kind FROM mail
      WHERE status <> 'queued' AND created_at < now() - make_interval(days => ${days}::int)
      ORDER BY created_at LIMIT ${batchRows} FOR UPDATE SKIP LOCKED) AS old
    WHERE mail.user_id = old.user_id AND mail.order_id = old.order_id
      AND mail.version = old.version AND mail.kind = old.kind`;
}

/** Keeps events that were never applied: an operator may need them. */
function deletePaymentEvents(tx: Tx, days: number): Promise<number> {
  return tx.$executeRaw`
    DELETE FROM payment_event USING (
      SELECT id FROM payment_event
      WHERE applied_at IS NOT NULL AND received_at < now() - make_interval(days => ${days}::int)
      ORDER BY received_at LIMIT ${batchRows} FOR UPDATE SKIP LOCKED) AS old
    WHERE payment_event.id = old.id`;
}

function deleteDeliveries(tx: Tx, days: number): Promise<number> {
  return tx.$executeRaw`
    DELETE FROM webhook_delivery USING (
      SELECT user_id, order_id, version FROM webhook_delivery
      WHERE status = 'delivered' AND created_at < now() - make_interval(days => ${days}::int)
      ORDER BY created_at LIMIT ${batchRows} FOR UPDATE SKIP LOCKED) AS old
    WHERE webhook_delivery.user_id = old.user_id AND webhook_delivery.order_id = old.order_id
      AND webhook_delivery.version = old.version`;
}

function deleteSubmissions(tx: Tx, days: number): Promise<number> {
  return tx.$executeRaw`
    DELETE FROM submission USING (
      SELECT user_id, id FROM submission
      WHERE at < now() - make_interval(days => ${days}::int)
      ORDER BY at LIMIT ${batchRows} FOR UPDATE SKIP LOCKED) AS old
    WHERE submission.user_id = old.user_id AND submission.id = old.id`;
}

function deleteChanges(tx: Tx, days: number): Promise<number> {
  return tx.$executeRaw`
    DELETE FROM catalogue_change USING (
      SELECT id FROM catalogue_change
      WHERE changed_at < now() - make_interval(days => ${days}::int)
      ORDER BY changed_at LIMIT ${batchRows} FOR UPDATE SKIP LOCKED) AS old
    WHERE catalogue_change.id = old.id`;
}
