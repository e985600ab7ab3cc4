import { db } from '#lib/platform/database/db.ts';

/** Maximum number of orders of each kind in one run, to keep locks short. The next run continues. */
const maxRows = 1_000;

/**
 * Makes `unpaid_order` match the holds of `orders`. They differ only after processes of the version before
 * 0012_unpaid_order have written orders on the migrated database. Each order is locked. So a concurrent
 * change either comes before, and is seen here, or comes after and updates the row itself. An order that is
 * already locked is left for the next run.
 */
export async function recountUnpaid(): Promise<void> {
  await db().$executeRaw`
    INSERT INTO unpaid_order (email_hash, order_id, user_id, network_hash)
    SELECT email_hash, id, user_id, network_hash FROM orders
    WHERE hold_until IS NOT NULL AND email_hash IS NOT NULL
      AND NOT EXISTS (SELECT FROM unpaid_order counted
                      WHERE counted.email_hash = orders.email_hash AND counted.order_id = orders.id)
    LIMIT ${maxRows} FOR NO KEY UPDATE OF orders SKIP LOCKED
    ON CONFLICT DO NOTHING`;
  // A row without an order is not deleted: its order may not be visible to this statement yet. The few
  // suspect rows are found first and their orders looked up one by one, so that no join reads all orders.
  await db().$executeRaw`
    WITH suspect AS MATERIALIZED (
      SELECT user_id, order_id FROM unpaid_order
      WHERE NOT EXISTS (SELECT FROM orders WHERE orders.hold_until IS NOT NULL
                          AND orders.user_id = unpaid_order.user_id AND orders.id = unpaid_order.order_id)
      LIMIT ${maxRows}
    ), ended AS MATERIALIZED (
      SELECT locked.email_hash, locked.id FROM suspect, LATERAL (
        SELECT email_hash, id FROM orders
        WHERE orders.user_id = suspect.user_id AND orders.id = suspect.order_id AND hold_until IS NULL
        FOR NO KEY UPDATE SKIP LOCKED) AS locked
    )
    DELETE FROM unpaid_order USING ended
    WHERE unpaid_order.email_hash = ended.email_hash AND unpaid_order.order_id = ended.id`;
}
