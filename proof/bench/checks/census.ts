import type { Client } from 'pg';

/** The content of the shop's database at one moment. */
export interface Census {
  orders: number;
  lines: number;
  /** Units on all order lines. */
  units: number;
  /** Units in stock, of all skus together. */
  available: number;
  payments: number;
  cartsOrderedTwice: number;
  tokensOfTwoOrders: number;
  ordersWithoutLines: number;
  ordersWithoutOnePayment: number;
  stockBelowZero: number;
}

/** Reads the tables only and relies on no constraint: a dropped constraint must be detected. */
const query = `
  SELECT
    (SELECT count(*) FROM orders)::int AS orders,
    (SELECT count(*) FROM order_line)::int AS lines,
    (SELECT coalesce(sum(quantity), 0) FROM order_line)::float8 AS units,
    (SELECT coalesce(sum(available), 0) FROM stock)::float8 AS available,
    (SELECT count(*) FROM payment)::int AS payments,
    (SELECT count(*) FROM (SELECT FROM orders GROUP BY cart_id HAVING count(*) > 1) AS twice)::int
      AS "cartsOrderedTwice",
    (SELECT count(*) FROM (SELECT FROM orders GROUP BY submit_token HAVING count(*) > 1) AS twice)::int
      AS "tokensOfTwoOrders",
    (SELECT count(*) FROM orders WHERE NOT EXISTS
      (SELECT FROM order_line l WHERE l.user_id = orders.user_id AND l.order_id = orders.id))::int
      AS "ordersWithoutLines",
    (SELECT count(*) FROM orders FULL JOIN
      (SELECT user_id, order_id, count(*) AS paid FROM payment GROUP BY user_id, order_id) AS p
      ON p.user_id = orders.user_id AND p.order_id = orders.id
      WHERE orders.id IS NULL OR paid IS DISTINCT FROM 1)::int AS "ordersWithoutOnePayment",
    (SELECT count(*) FROM stock WHERE available < 0)::int AS "stockBelowZero"`;

export async function takeCensus(client: Client): Promise<Census> {
  const { rows } = await client.query<Census>(query);
  return rows[0] as Census;
}

/** How many of these carts have exactly one order. */
export async function countCartsOrderedOnce(client: Client, cartIds: string[]): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM
       (SELECT FROM orders JOIN unnest($1::uuid[]) AS mine (cart_id) USING (cart_id)
        GROUP BY cart_id HAVING count(*) = 1) AS once`,
    [cartIds],
  );
  return rows[0]?.count ?? 0;
}
