import { setTimeout as sleep } from 'node:timers/promises';
import type { JobPayloads } from '#lib/jobs/jobs.ts';
import { insertJobs } from '#lib/jobs/queue-tables.ts';
import { byShopper, printActor } from '#lib/orders/actor.ts';
import { assertPlan, BrokenPlan } from '#lib/orders/batch/assert-plan.ts';
import { lineColumns, namesOf, orderColumns, paymentColumns, rowsOf } from '#lib/orders/batch/new-rows.ts';
import { countRefusal, countWrite, noteSales } from '#lib/orders/batch/writer-metrics.ts';
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
} from '#lib/orders/decide/decide.ts';
import type { OrderRequest } from '#lib/orders/order-request.ts';
import { findOrderOfCart, findOrders } from '#lib/orders/read/find-orders.ts';
import { isLimited, type OpenUnpaid } from '#lib/orders/unpaid/unpaid-limits.ts';
import { unpaidPolicy } from '#lib/orders/unpaid/unpaid-policy.ts';
import { type Tx, writerDb } from '#lib/platform/database/db.ts';
import { hasCode, isDatabaseAway, isRetryable, isUniqueViolation } from '#lib/platform/database/db-errors.ts';
import { plainArray } from '#lib/platform/database/pg-array.ts';
import { env } from '#lib/platform/env.ts';
import { logger } from '#lib/platform/logger.ts';
import { rulesOfVersion } from '#lib/pricing/current-rules.ts';

/**
 * The order writer's transaction: a batch of submissions in one commit. It locks the rows it will change,
 * always in the same order (carts by key, then stock by sku). So two batches wait for each other but never
 * deadlock. `decide` decides what to write.
 */

/** Tries of a batch, including the first. A deadlock or a lost connection causes a retry. */
const maxTries = 4;

/** No retry begins later than this: by then, the waiting shoppers have been told to send again. */
const retryUntilMs = 5_000;

/** How long a batch may wait for a connection, and how long it may run. */
const transactionLimits = { maxWait: 2_000, timeout: 6_000 };

/**
 * Writes a batch and returns one result for each submission, in the same order. A submission that the
 * database refuses does not fail the others: the batch is halved until the bad one is alone.
 */
export async function writeOrders(orderRequests: OrderRequest[]): Promise<PromiseSettledResult<Decision>[]> {
  try {
    const decisions = await writeWithRetries(orderRequests);
    return decisions.map((value) => ({ status: 'fulfilled', value }));
  } catch (error) {
    // Before the batch is halved: its orders may be legal one by one, and the mistake would stay unseen.
    if (error instanceof BrokenPlan) logger().error({ err: error, plan: error.plan }, 'plan refused');
    if (orderRequests.length > 1 && !isDatabaseAway(error)) {
      const middle = Math.ceil(orderRequests.length / 2);
      const first = await writeOrders(orderRequests.slice(0, middle));
      return [...first, ...(await writeOrders(orderRequests.slice(middle)))];
    }
    return Promise.all(orderRequests.map((orderRequest) => answerRefused(orderRequest, error)));
  }
}

/**
 * A retry is safe even after a COMMIT whose reply was lost. It waits for the cart's lock until the earlier
 * try is over, sees that the cart is ordered, and answers with the existing order.
 */
async function writeWithRetries(orderRequests: OrderRequest[]): Promise<Decision[]> {
  const until = performance.now() + retryUntilMs;
  const written = new Map<OrderRequest, NewOrder>();
  for (let tries = 1; ; tries += 1) {
    const beganAt = performance.now();
    try {
      const decisions = await writerDb().$transaction(
        (tx) => writeBatch(tx, orderRequests, written),
        transactionLimits,
      );
      countWrite('committed', performance.now() - beganAt);
      for (const { lines } of written.values()) noteSales(lines.map(({ sku }) => sku));
      return decisions.map((decision, index) => createdBy(written, orderRequests[index], decision));
    } catch (error) {
      countWrite('failed', performance.now() - beganAt);
      // Only after a lost connection is it unknown whether the transaction committed.
      if (!isDatabaseAway(error)) written.clear();
      const again = isRetryable(error) || isDatabaseAway(error);
      if (!again || tries === maxTries || performance.now() > until) throw error;
      // Jittered, so that two batches that collided don't collide again.
      await sleep(20 * 2 ** tries * (0.5 + Math.random()));
    }
  }
}

/**
 * The result for a single submission that the database refused. A unique violation means that its order
 * exists already, so the answer is that order.
 */
async function answerRefused(
  orderRequest: OrderRequest,
  error: unknown,
): Promise<PromiseSettledResult<Decision>> {
  const rule = ruleOf(error);
  if (rule) countRefusal(rule);
  if (isUniqueViolation(error)) {
    const order = await findOrderOfCart(writerDb(), orderRequest);
    if (order)
      return { status: 'fulfilled', value: { ...decideAgain(orderRequest, order), byUniqueKey: true } };
  }
  return { status: 'rejected', reason: error };
}

/** Which kind of rule refused an order: a violated CHECK is 23514. Undefined for an error that is no such rule. */
function ruleOf(error: unknown): 'duplicate' | 'check' | 'other' | undefined {
  if (isUniqueViolation(error)) return 'duplicate';
  if (hasCode(error, /^23514$/)) return 'check';
  return error instanceof BrokenPlan || hasCode(error, /^23/) ? 'other' : undefined;
}

/**
 * Sets `created` when an earlier try of this batch wrote and committed the order but lost the reply: the
 * shopper has not been answered yet, so the order is no replay.
 */
function createdBy(
  written: ReadonlyMap<OrderRequest, NewOrder>,
  orderRequest: OrderRequest | undefined,
  decision: Decision,
): Decision {
  if (decision.outcome !== 'accepted' || !orderRequest || !written.has(orderRequest)) return decision;
  return { ...decision, created: true };
}

/** Adds the orders that it writes to `written`. */
async function writeBatch(
  tx: Tx,
  orderRequests: OrderRequest[],
  written: Map<OrderRequest, NewOrder>,
): Promise<Decision[]> {
  const { carts, stock, unpaid, rulesVersion } = await lockBatch(tx, orderRequests);
  const orders = await readOrders(tx, carts, orderRequests);
  const rules = await rulesOfVersion(tx, rulesVersion);
  const snapshot = { carts: [...carts.values()], orders, stock, unpaid, policy: unpaidPolicy(), rules };
  const plan = decide(snapshot, orderRequests);
  assertPlan(plan, orderRequests, stock);
  for (const order of plan.orders) written.set(order.orderRequest, order);
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
  unpaid: OpenUnpaid[];
  /** The version of the pricing rules. */
  rulesVersion: number;
}

/** Locks the carts of a batch and the stock of their items in one round trip. The migration has the SQL. */
async function lockBatch(tx: Tx, orderRequests: OrderRequest[]): Promise<LockedBatch> {
  const wanted = [...new Map(orderRequests.map((one) => [keyOf(one.userId, one.cartId), one])).values()];
  // A scope without a limit is not counted, because its open orders may be many.
  const { email, network } = unpaidPolicy();
  const emails = isLimited(email) ? orderRequests.map(({ emailHash }) => emailHash) : [];
  const networks = isLimited(network) ? orderRequests.flatMap(({ networkHash }) => networkHash ?? []) : [];
  const [row] = await tx.$queryRaw<{ batch: string }[]>`
    SELECT lock_order_batch(${plainArray(wanted.map(({ userId }) => userId))}::uuid[],
                            ${plainArray(wanted.map(({ cartId }) => cartId))}::uuid[],
                            ${plainArray(emails)}::bigint[], ${plainArray(networks)}::bigint[]) AS batch`;
  const batch = JSON.parse(row?.batch ?? '') as {
    carts: Omit<LockedCart, 'lines'>[];
    lines: (LineSnapshot & { userId: string; cartId: string })[];
    stock: Record<string, number>;
    unpaid: OpenUnpaid[];
    rulesVersion: number;
  };
  const carts = new Map(
    batch.carts.map((cart) => [keyOf(cart.userId, cart.id), { ...cart, lines: [] as LineSnapshot[] }]),
  );
  for (const { userId, cartId, ...line } of batch.lines) carts.get(keyOf(userId, cartId))?.lines.push(line);
  const { unpaid, rulesVersion } = batch;
  // Rules without a version could be of any age.
  if (!Number.isSafeInteger(rulesVersion)) throw new Error('the table pricing_version has no row');
  return { carts, stock: new Map(Object.entries(batch.stock)), unpaid, rulesVersion };
}

/** Existing orders; read only for shoppers whose cart is ordered or who ordered recently. */
async function readOrders(
  tx: Tx,
  carts: Map<string, LockedCart>,
  orderRequests: OrderRequest[],
): Promise<OrderSnapshot[]> {
  const returning = orderRequests.filter((orderRequest) => {
    const cart = carts.get(keyOf(orderRequest.userId, orderRequest.cartId));
    return cart?.status === 'ordered' || cart?.orderedLately;
  });
  return returning.length > 0 ? findOrders(tx, returning) : [];
}

/**
 * Writes the whole batch in one statement: one round trip for any number of orders. The values are sent as
 * one array per column. As JSON, a batch would be twice as long and slower to read on both sides.
 *
 * An invoice order is accepted when it is placed; a card order waits for its charge. Both hold their stock
 * for a limited time: unpaid orders that kept it forever would use up the stock.
 */
async function write(tx: Tx, { orders }: Plan): Promise<void> {
  const { HOLD_MINUTES } = env();
  const { invoiceHoldDays } = unpaidPolicy();
  const lines = orders.flatMap(({ userId, id, lines }) => lines.map((line) => ({ ...line, userId, id })));
  await tx.$executeRaw`
    WITH new_order AS (
      SELECT *, method = 'card' AS by_card FROM ${rowsOf([...orderColumns, ...paymentColumns], orders)}
    ), new_line AS (
      SELECT * FROM ${rowsOf(lineColumns, lines)}
    ), placed AS (
      INSERT INTO orders (${namesOf(orderColumns)}, status, accepted_at, hold_until)
      SELECT ${namesOf(orderColumns)},
             CASE WHEN by_card THEN 'payment_pending' ELSE 'placed' END,
             CASE WHEN NOT by_card THEN now() END,
             now() + CASE WHEN by_card THEN make_interval(mins => ${HOLD_MINUTES}::int)
                          ELSE make_interval(days => ${invoiceHoldDays}::int) END
      FROM new_order
    ), lines AS (
      INSERT INTO order_line (${namesOf(lineColumns)})
      SELECT ${namesOf(lineColumns)} FROM new_line
    ), unpaid AS (
      INSERT INTO unpaid_order (email_hash, order_id, user_id, network_hash)
      SELECT email_hash, id, user_id, network_hash FROM new_order
    ), payments AS (
      INSERT INTO payment (user_id, order_id, attempt, method, status, amount_minor, currency, idempotency_key, token)
      SELECT user_id, id, 1, method, CASE WHEN by_card THEN 'created' ELSE 'due' END, total_minor, currency,
             'order:' || id || ':1', token
      FROM new_order
    ), events AS (
      INSERT INTO order_event (user_id, order_id, version, from_status, to_status, actor, actor_kind, reason)
      SELECT user_id, id, 1, NULL, CASE WHEN by_card THEN 'payment_pending' ELSE 'placed' END,
             ${printActor(byShopper)}, ${byShopper.kind}, 'submitted the checkout'
      FROM new_order
    ), carts AS (
      UPDATE cart SET status = 'ordered', updated_at = now()
      FROM new_order WHERE cart.user_id = new_order.user_id AND cart.id = new_order.cart_id
    ), sold AS (
      INSERT INTO stock_movement (sku, id, turn, delta, reason, user_id, order_id)
      SELECT sku, order_id, 1, -quantity, 'order', user_id, order_id FROM new_line
    )
    ${insertJobs('announce', announcementsOf(orders))}`;
}

/**
 * One job for the notifications of all invoice orders of the batch. Card orders get theirs once the charge
 * is settled.
 */
function announcementsOf(orders: NewOrder[]): JobPayloads['announce'][] {
  const events = orders
    .filter(({ orderRequest }) => orderRequest.payment.method === 'invoice')
    .map(({ userId, id, orderRequest: { traceparent } }) => ({
      userId,
      orderId: id,
      version: 1,
      traceparent,
    }));
  return events.length > 0 ? [{ events }] : [];
}
