import { setTimeout as sleep } from 'node:timers/promises';
import { lineTitleSql } from '#lib/cart/get-cart.ts';
import { type Tx, writerDb } from '#lib/db.ts';
import { isDatabaseAway, isRetryable, isUniqueViolation } from '#lib/db-errors.ts';
import { env } from '#lib/env.ts';
import {
  type CartSnapshot,
  type Decision,
  decide,
  decideAgain,
  keyOf,
  type LineSnapshot,
  type NewOrder,
  type OrderSnapshot,
  type Plan,
} from '#lib/orders/decide.ts';
import { findOrderOfCart, findOrders } from '#lib/orders/find-orders.ts';
import type { Placement } from '#lib/orders/placement.ts';

/**
 * The order writer's transaction: a batch of submissions in one commit. It locks what it is about
 * to change, always in the same order (carts by key, then stock by sku), so that two batches wait
 * for each other but never deadlock; what to write is `decide`'s business.
 */

/** Tries of one batch, the first included: for a deadlock with a foreign transaction, or a lost connection. */
const maxTries = 4;

/** No try begins later than this: those who wait have been told to ask again by then. */
const retryUntilMs = 5_000;

/** How long a batch may wait for a connection and how long it may run. */
const transactionLimits = { maxWait: 2_000, timeout: 6_000 };

/**
 * Writes a batch and settles each submission of it. One that the database refuses does not take
 * the others down: the batch is halved until the bad one stands alone.
 */
export async function writeOrders(placements: Placement[]): Promise<PromiseSettledResult<Decision>[]> {
  try {
    const decisions = await writeWithRetries(placements);
    return decisions.map((value) => ({ status: 'fulfilled', value }));
  } catch (error) {
    if (placements.length > 1 && !isDatabaseAway(error)) {
      const middle = Math.ceil(placements.length / 2);
      const first = await writeOrders(placements.slice(0, middle));
      return [...first, ...(await writeOrders(placements.slice(middle)))];
    }
    return Promise.all(placements.map((placement) => settleRefused(placement, error)));
  }
}

/**
 * Trying again is safe, also after a COMMIT whose reply was lost: the next try waits for the
 * cart's lock until the earlier one is over, sees the cart ordered, and answers with its order.
 */
async function writeWithRetries(placements: Placement[]): Promise<Decision[]> {
  const until = performance.now() + retryUntilMs;
  for (let tries = 1; ; tries += 1) {
    try {
      return await writerDb().$transaction((tx) => writeBatch(tx, placements), transactionLimits);
    } catch (error) {
      const again = isRetryable(error) || isDatabaseAway(error);
      if (!again || tries === maxTries || performance.now() > until) throw error;
      // Jittered, so that two batches that met don't meet again.
      await sleep(20 * 2 ** tries * (0.5 + Math.random()));
    }
  }
}

/**
 * A submission that the database refused although nothing stood in its way when it was read. A
 * unique key says that its order is there: then that order is the answer.
 */
async function settleRefused(placement: Placement, error: unknown): Promise<PromiseSettledResult<Decision>> {
  if (isUniqueViolation(error)) {
    const order = await findOrderOfCart(writerDb(), placement);
    if (order) return { status: 'fulfilled', value: decideAgain(placement, order) };
  }
  return { status: 'rejected', reason: error };
}

async function writeBatch(tx: Tx, placements: Placement[]): Promise<Decision[]> {
  const carts = await lockCarts(tx, placements);
  await readLines(tx, carts);
  const orders = await readOrders(tx, carts, placements);
  const stock = await lockStock(tx, [...carts.values()]);
  const plan = decide({ carts: [...carts.values()], orders, stock }, placements);
  if (plan.orders.length > 0) await write(tx, plan);
  return plan.decisions;
}

interface LockedCart extends CartSnapshot {
  /** Whether the shopper ordered another cart in the last ten minutes. */
  orderedLately: boolean;
}

async function lockCarts(tx: Tx, placements: Placement[]): Promise<Map<string, LockedCart>> {
  const rows = await tx.$queryRaw<Omit<LockedCart, 'lines'>[]>`
    SELECT cart.user_id AS "userId", cart.id, cart.version, cart.status, cart.currency,
           EXISTS (SELECT 1 FROM cart other
                   WHERE other.user_id = cart.user_id AND other.status = 'ordered'
                     AND other.updated_at > now() - interval '10 minutes') AS "orderedLately"
    FROM cart
    JOIN unnest(${placements.map(({ userId }) => userId)}::uuid[], ${placements.map(({ cartId }) => cartId)}::uuid[])
      AS wanted (user_id, id) ON wanted.user_id = cart.user_id AND wanted.id = cart.id
    ORDER BY cart.user_id, cart.id
    FOR UPDATE OF cart`;
  return new Map(rows.map((row) => [keyOf(row.userId, row.id), { ...row, lines: [] }]));
}

/**
 * The lines of locked carts at the prices of now. A statement of its own: one that had waited for
 * a lock would show the cart as it is and the lines as they were before the wait.
 */
async function readLines(tx: Tx, carts: Map<string, CartSnapshot>): Promise<void> {
  const open = [...carts.values()].filter(({ status }) => status === 'open');
  if (open.length === 0) return;
  const rows = await tx.$queryRaw<(LineSnapshot & { userId: string; cartId: string })[]>`
    SELECT line.user_id AS "userId", line.cart_id AS "cartId", line.sku, ${lineTitleSql} AS title,
           line.quantity, variant.price_minor AS "unitPriceMinor"
    FROM unnest(${open.map(({ userId }) => userId)}::uuid[], ${open.map(({ id }) => id)}::uuid[])
      AS wanted (user_id, cart_id)
    JOIN cart_line line ON line.user_id = wanted.user_id AND line.cart_id = wanted.cart_id
    JOIN variant ON variant.sku = line.sku
    JOIN product ON product.id = variant.product_id
    ORDER BY line.added_at, line.sku`;
  for (const { userId, cartId, ...line } of rows) carts.get(keyOf(userId, cartId))?.lines.push(line);
}

/** Orders that stand already; only shoppers who have ordered something can have any. */
async function readOrders(
  tx: Tx,
  carts: Map<string, LockedCart>,
  placements: Placement[],
): Promise<OrderSnapshot[]> {
  const returning = placements.filter((placement) => {
    const cart = carts.get(keyOf(placement.userId, placement.cartId));
    return cart?.status === 'ordered' || cart?.orderedLately;
  });
  return returning.length > 0 ? findOrders(tx, returning) : [];
}

async function lockStock(tx: Tx, carts: CartSnapshot[]): Promise<Map<string, number>> {
  const skus = [...new Set(carts.flatMap(({ lines }) => lines.map(({ sku }) => sku)))];
  if (skus.length === 0) return new Map();
  const rows = await tx.$queryRaw<{ sku: string; available: number }[]>`
    SELECT sku, available FROM stock WHERE sku = ANY(${skus}::text[]) ORDER BY sku FOR UPDATE`;
  return new Map(rows.map(({ sku, available }) => [sku, available]));
}

/** Everything of a batch in one statement: one round trip, whatever the number of orders. */
async function write(tx: Tx, { orders, taken }: Plan): Promise<void> {
  const lines = orders.flatMap(({ userId, id, lines }) =>
    lines.map(({ sku, title, quantity, unitPriceMinor }) => ({
      user_id: userId,
      order_id: id,
      sku,
      title,
      quantity,
      unit_price_minor: unitPriceMinor,
    })),
  );
  const stock = [...taken].map(([sku, quantity]) => ({ sku, quantity }));
  await tx.$executeRaw`
    WITH new_order AS (
      SELECT * FROM json_to_recordset(${JSON.stringify(orders.map(orderRow))}::json) AS row (
        user_id uuid, id uuid, number text, cart_id uuid, submit_token uuid, body_hash text, lines_hash text,
        currency text, subtotal_minor int, shipping_minor int, tax_minor int, discount_minor int,
        total_minor int, email text, shipping_method text, shipping_address jsonb, status text,
        accepted boolean, hold interval, payment_method text, payment_status text, payment_token text)
    ), placed AS (
      INSERT INTO orders (user_id, id, number, cart_id, submit_token, body_hash, lines_hash, status, currency,
                          subtotal_minor, shipping_minor, tax_minor, discount_minor, total_minor,
                          email, shipping_method, shipping_address, accepted_at, hold_until)
      SELECT user_id, id, number, cart_id, submit_token, body_hash, lines_hash, status, currency,
             subtotal_minor, shipping_minor, tax_minor, discount_minor, total_minor,
             email, shipping_method, shipping_address, CASE WHEN accepted THEN now() END, now() + hold
      FROM new_order
    ), lines AS (
      INSERT INTO order_line (user_id, order_id, sku, title, quantity, unit_price_minor)
      SELECT user_id, order_id, sku, title, quantity, unit_price_minor
      FROM json_to_recordset(${JSON.stringify(lines)}::json) AS row (
        user_id uuid, order_id uuid, sku text, title text, quantity int, unit_price_minor int)
    ), payments AS (
      INSERT INTO payment (user_id, order_id, attempt, method, status, amount_minor, currency, idempotency_key, token)
      SELECT user_id, id, 1, payment_method, payment_status, total_minor, currency, 'order:' || id || ':1',
             payment_token
      FROM new_order
    ), events AS (
      INSERT INTO order_event (user_id, order_id, version, from_status, to_status, actor, reason)
      SELECT user_id, id, 1, NULL, status, 'shopper', 'submitted the checkout' FROM new_order
    ), carts AS (
      UPDATE cart SET status = 'ordered', updated_at = now()
      FROM new_order WHERE cart.user_id = new_order.user_id AND cart.id = new_order.cart_id
    )
    UPDATE stock SET available = available - sold.quantity
    FROM json_to_recordset(${JSON.stringify(stock)}::json) AS sold (sku text, quantity int)
    WHERE stock.sku = sold.sku`;
}

function orderRow(order: NewOrder) {
  const { placement } = order;
  return {
    user_id: order.userId,
    id: order.id,
    number: order.number,
    cart_id: order.cartId,
    submit_token: order.submitToken,
    body_hash: order.bodyHash,
    lines_hash: order.linesHash,
    currency: order.currency,
    subtotal_minor: order.subtotalMinor,
    shipping_minor: order.shippingMinor,
    tax_minor: order.taxMinor,
    discount_minor: order.discountMinor,
    total_minor: order.totalMinor,
    email: placement.email,
    shipping_method: placement.shippingMethod,
    shipping_address: placement.shippingAddress,
    ...beginningOf(placement.payment),
  };
}

/** An invoice is accepted as it is placed; a card order waits for its charge, and holds its stock until then. */
function beginningOf(payment: Placement['payment']) {
  if (payment.method === 'invoice') {
    return { status: 'placed', accepted: true, payment_method: 'invoice', payment_status: 'due' };
  }
  return {
    status: 'payment_pending',
    accepted: false,
    hold: `${env().HOLD_MINUTES} minutes`,
    payment_method: 'card',
    payment_status: 'created',
    payment_token: payment.token,
  };
}
