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
 * Finds the order that an operator names by its id, its number as typed, or the provider's id of its charge;
 * undefined when there is none.
 * Scans every partition completely: the tables are keyed by shopper, and an operator doesn't know the
 * shopper. Use it in a terminal, never in a request.
 */
export async function findOrder(named: string): Promise<OrderKey | undefined> {
  const number = parseOrderNumber(named);
  if (/^pi_\w+$/.test(named)) return findByCharge(named);
  if (!number && !isUuid(named)) return undefined;
  const rows = await db().$queryRaw<OrderKey[]>`
    SELECT user_id AS "userId", id AS "orderId", number, currency FROM orders
    WHERE number = ${number ?? null} OR id = ${isUuid(named) ? named : null}::uuid LIMIT 2`;
  // Numbers are random, so two orders may share one. Then only the id is unambiguous.
  if (rows.length > 1) throw new Error(`two orders have the number ${number}: name the one by its id`);
  return rows[0];
}

async function findByCharge(ref: string): Promise<OrderKey | undefined> {
  const [order] = await db().$queryRaw<OrderKey[]>`
    SELECT o.user_id AS "userId", o.id AS "orderId", o.number, o.currency
    FROM payment p JOIN orders o ON o.user_id = p.user_id AND o.id = p.order_id
    WHERE p.provider_ref = ${ref}`;
  return order;
}
