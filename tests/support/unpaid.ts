import { db } from '#lib/platform/database/db.ts';

/** Orders that have a hold and are not counted as unpaid, and those that are counted and have none. */
export async function miscountedOrders(): Promise<string[]> {
  const rows = await db().$queryRaw<{ id: string }[]>`
    SELECT coalesce(id, order_id) AS id
    FROM (SELECT * FROM orders WHERE hold_until IS NOT NULL) AS held
    FULL JOIN unpaid_order ON unpaid_order.order_id = held.id AND unpaid_order.user_id = held.user_id
      AND unpaid_order.email_hash = held.email_hash
      AND unpaid_order.network_hash IS NOT DISTINCT FROM held.network_hash
    WHERE id IS NULL OR order_id IS NULL`;
  return rows.map(({ id }) => id);
}
