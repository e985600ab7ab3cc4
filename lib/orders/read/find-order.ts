import { parseOrderNumber } from '#lib/orders/order-number.ts';
import { db } from '#lib/platform/database/db.ts';
import { isUuid } from '#lib/platform/text/uuid.ts';

export interface OrderKey {
  userId: string;
  orderId: string;
  number: string;
  currency: string;
}

/**
 * Finds the order that an operator names by its id or by its number as typed; undefined when there is none.
 * Scans every partition completely: the tables are keyed by shopper, and an operator doesn't know the
 * shopper. Use it in a terminal, never in a request.
 */
export async function findOrder(named: string): Promise<OrderKey | undefined> {
  const number = parseOrderNumber(named);
  if (!number && !isUuid(named)) return undefined;
  const rows = await db().$queryRaw<OrderKey[]>`
    SELECT user_id AS "userId", id AS "orderId", number, currency FROM orders
    WHERE number = ${number ?? null} OR id = ${isUuid(named) ? named : null}::uuid LIMIT 2`;
  // Numbers are random, so two orders may share one. Then only the id is unambiguous.
  if (rows.length > 1) throw new Error(`two orders have the number ${number}: name the one by its id`);
  return rows[0];
}
