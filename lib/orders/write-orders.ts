import { setTimeout as sleep } from 'node:timers/promises';
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
  const { carts, stock } = await lockBatch(tx, placements);
  const orders = await readOrders(tx, carts, placements);
  const plan = decide({ carts: [...carts.values()], orders, stock }, placements);
  if (plan.orders.length > 0) await write(tx, plan);
  return plan.decisions;
}

interface LockedCart extends CartSnapshot {
  /** Whether the shopper ordered another cart in the last ten minutes. */
  orderedLately: boolean;
}

interface LockedBatch {
  carts: Map<string, LockedCart>;
  stock: Map<string, number>;
}

/** Locks the carts of a batch and the stock of what is in them, in one round trip: see its migration. */
async function lockBatch(tx: Tx, placements: Placement[]): Promise<LockedBatch> {
  const wanted = [...new Map(placements.map((one) => [keyOf(one.userId, one.cartId), one])).values()];
  const [row] = await tx.$queryRaw<{ batch: string }[]>`
    SELECT lock_order_batch(${wanted.map(({ userId }) => userId)}::uuid[],
                            ${wanted.map(({ cartId }) => cartId)}::uuid[]) AS batch`;
  const batch = JSON.parse(row?.batch ?? '') as {
    carts: Omit<LockedCart, 'lines'>[];
    lines: (LineSnapshot & { userId: string; cartId: string })[];
    stock: Record<string, number>;
  };
  const carts = new Map(
    batch.carts.map((cart) => [keyOf(cart.userId, cart.id), { ...cart, lines: [] as LineSnapshot[] }]),
  );
  for (const { userId, cartId, ...line } of batch.lines) carts.get(keyOf(userId, cartId))?.lines.push(line);
  return { carts, stock: new Map(Object.entries(batch.stock)) };
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
