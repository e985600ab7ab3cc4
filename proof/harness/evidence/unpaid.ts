import type { UnpaidRow } from '#proof/chaos/checker/check-unpaid.ts';
import type { Harness } from '#proof/harness/harness.ts';

/** The unpaid orders that hold stock, and those that the shop counts as unpaid. */
export function readUnpaid({ withDatabase }: Harness): Promise<UnpaidRow[]> {
  return withDatabase(async (client) => {
    const { rows } = await client.query<UnpaidRow>(
      `SELECT coalesce(id, order_id) AS "orderId", held.network_hash::text AS network,
              coalesce(unit_count, 0) AS units, coalesce(status <> 'placed', false) AS "byCard",
              id IS NOT NULL AS "isHeld", order_id IS NOT NULL AS "isCounted"
       FROM (SELECT * FROM orders WHERE hold_until IS NOT NULL) AS held
       FULL JOIN unpaid_order ON unpaid_order.user_id = held.user_id AND unpaid_order.order_id = held.id
         AND unpaid_order.email_hash = held.email_hash
         AND unpaid_order.network_hash IS NOT DISTINCT FROM held.network_hash`,
    );
    return rows;
  });
}
