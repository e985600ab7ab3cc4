import { db } from '#lib/platform/database/db.ts';

/**
 * Orders whose unpaid hold and unpaid count disagree: a hold that is not counted, or a count without a hold.
 */
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
