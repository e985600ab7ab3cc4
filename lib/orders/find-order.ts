import { parseOrderNumber } from '#lib/orders/order-number.ts';
import { db } from '#lib/platform/database/db.ts';
import { isUuid } from '#lib/platform/uuid.ts';

export interface OrderKey {
  userId: string;
  orderId: string;
  number: string;
  currency: string;
}

/**
 * The order that an operator names, by its number as a person types it or by its id; undefined when
 * there is none. Reads every partition whole, because shoppers' tables begin with the shopper and an
 * operator doesn't know whose it is: for a terminal, never for a request.
 */
export async function findOrder(named: string): Promise<OrderKey | undefined> {
  const number = parseOrderNumber(named);
  if (!number && !isUuid(named)) return undefined;
  const rows = await db().$queryRaw<OrderKey[]>`
    SELECT user_id AS "userId", id AS "orderId", number, currency FROM orders
    WHERE number = ${number ?? null} OR id = ${isUuid(named) ? named : null}::uuid LIMIT 2`;
  // Numbers are random: two orders may share one, and then only the id says which is meant.
  if (rows.length > 1) throw new Error(`two orders have the number ${number}: name the one by its id`);
  return rows[0];
}
