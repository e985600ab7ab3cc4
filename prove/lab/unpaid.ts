import type { UnpaidRow } from '../check-unpaid.ts';
import type { Lab } from './lab.ts';

/** The orders that hold stock and are not paid. */
export function readUnpaid({ withDatabase }: Lab): Promise<UnpaidRow[]> {
  return withDatabase(async (client) => {
    const { rows } = await client.query<UnpaidRow>(
      `SELECT id AS "orderId", network_hash::text AS network, unit_count AS units, status <> 'placed' AS "byCard"
       FROM orders WHERE hold_until IS NOT NULL`,
    );
    return rows;
  });
}
