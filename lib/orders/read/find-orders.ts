import { Prisma } from '#lib/generated/prisma/client.ts';
import type { OrderSnapshot } from '#lib/orders/decide/decide.ts';
import type { Tx } from '#lib/platform/database/db.ts';
import { plainArray } from '#lib/platform/database/pg-array.ts';

/** How long after an order the same purchase from another cart needs a confirmation, in minutes. */
const duplicateWindowMinutes = 10;

const columns = Prisma.sql`
  orders.user_id AS "userId", orders.id, orders.number, orders.cart_id AS "cartId",
  orders.submit_token AS "submitToken", orders.body_hash AS "bodyHash", orders.lines_hash AS "linesHash",
  orders.total_minor AS "totalMinor", orders.currency, orders.accepted_at IS NOT NULL AS accepted,
  orders.placed_at > now() - make_interval(mins => ${duplicateWindowMinutes})
    AND orders.status NOT IN ('cancelled', 'refunded') AS recent`;

/** The orders of these carts, and the recent orders of their shoppers. */
export async function findOrders(
  tx: Tx,
  carts: { userId: string; cartId: string }[],
): Promise<OrderSnapshot[]> {
  const users = carts.map(({ userId }) => userId);
  const ids = carts.map(({ cartId }) => cartId);
  return tx.$queryRaw<OrderSnapshot[]>`
    SELECT DISTINCT ${columns}, orders.placed_at
    FROM unnest(${plainArray(users)}::uuid[], ${plainArray(ids)}::uuid[]) AS wanted (user_id, cart_id)
    JOIN orders ON orders.user_id = wanted.user_id
      AND (orders.cart_id = wanted.cart_id
           OR orders.placed_at > now() - make_interval(mins => ${duplicateWindowMinutes}))
    ORDER BY orders.placed_at DESC`;
}

/** The order made from a cart, if any; a cart makes at most one. */
export async function findOrderOfCart(
  tx: Tx,
  { userId, cartId }: { userId: string; cartId: string },
): Promise<OrderSnapshot | undefined> {
  const [order] = await tx.$queryRaw<OrderSnapshot[]>`
    SELECT ${columns} FROM orders WHERE user_id = ${userId}::uuid AND cart_id = ${cartId}::uuid`;
  return order;
}

/** The order made by a submission, if any. */
export async function findOrderOfSubmission(
  tx: Tx,
  submission: { userId: string; submitToken: string },
): Promise<OrderSnapshot | undefined> {
  const [order] = await findOrdersOfSubmissions(tx, [submission]);
  return order;
}

/** The orders made by these submissions. A submission without an order has no row. */
export async function findOrdersOfSubmissions(
  tx: Tx,
  submissions: { userId: string; submitToken: string }[],
): Promise<OrderSnapshot[]> {
  const users = submissions.map(({ userId }) => userId);
  const tokens = submissions.map(({ submitToken }) => submitToken);
  return tx.$queryRaw<OrderSnapshot[]>`
    SELECT ${columns} FROM unnest(${plainArray(users)}::uuid[], ${plainArray(tokens)}::uuid[])
      AS wanted (user_id, submit_token)
    JOIN orders ON orders.user_id = wanted.user_id AND orders.submit_token = wanted.submit_token`;
}
