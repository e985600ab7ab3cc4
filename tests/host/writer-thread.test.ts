import { afterAll, expect, test } from 'vitest';
import { startWriterThread } from '#host/orders/threaded-writer.ts';
import { orderWriter } from '#lib/orders/batch/order-writer.ts';
import { db } from '#lib/platform/database/db.ts';
import { statementName } from '#lib/platform/database/statement-name.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { shoppersWith, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { first } from '#proof/harness/tcp-proxy.ts';
import { addProduct, availableOf, soldOf } from '#tests/support/shop/shop.ts';
import { openTestShopBehindProxy } from '#tests/support/shop/test-shop.ts';

/** The order writer in its thread, as on the Node host, over a proxy to the database. */

const { proxy } = await openTestShopBehindProxy();
const thread = await startWriterThread();
afterAll(() => thread.end());

/** Connections of the order writer, in this thread or another. */
async function writerConnections(): Promise<number> {
  const [row] = await db().$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'once-writer'`;
  return row?.count ?? 0;
}

test('orders of many shoppers and their copies are written once each, by one connection', async () => {
  const sku = await addProduct('THREAD', { available: 100 });
  const made = await shoppersWith(callHandlers, 20, sku);
  const answers = await Promise.all(
    [...made, ...made, ...made].map(({ shopper, body }) => shopper.order(body)),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
  expect(await soldOf(sku)).toEqual({ orders: 20, quantity: 20 });
  expect(await availableOf(sku)).toBe(80);
  expect([orderWriter().depth(), await writerConnections()]).toEqual([{ waiting: 0, running: 0 }, 1]);
});

test('a refusal comes back as without a thread', async () => {
  const sku = await addProduct('THREAD-LAST', { available: 1 });
  const made = await shoppersWith(callHandlers, 2, sku);
  const answers = await Promise.all(made.map(({ shopper, body }) => shopper.order(body)));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409]);
});

test('a refused total comes with the one of today, although only the thread has read the new rules', async () => {
  const sku = await addProduct('THREAD-PRICE', { available: 10 });
  const shopper = await shopperWith(callHandlers, sku);
  const body = await shopper.body();
  await db().$executeRaw`
    UPDATE shipping_rate SET price_minor = price_minor + 100 WHERE zone = 'domestic' AND method = 'standard'`;
  const refused = await shopper.order(body);
  expect(refused.status).toBe(409);
  expect(await refused.json()).toMatchObject({
    code: 'cart_changed',
    quote: { totalMinor: Number(body.totalMinor) + 100 },
  });
});

test('a commit whose reply was lost makes one order', async () => {
  const sku = await addProduct('THREAD-LOST', { available: 10 });
  const shopper = await shopperWith(callHandlers, sku);
  proxy.disturb({ kind: 'lose_reply', to: [statementName('COMMIT')] }, first(1));
  expect((await shopper.order(await shopper.body())).status).toBe(201);
  expect(proxy.disturbed()).toBeGreaterThan(0);
  expect(await soldOf(sku)).toEqual({ orders: 1, quantity: 1 });
});

test('an outage of the database is answered as one, and afterwards the same submission is accepted', async () => {
  const sku = await addProduct('THREAD-AWAY', { available: 10 });
  const shopper = await shopperWith(callHandlers, sku);
  const body = await shopper.body();
  proxy.disturb({ kind: 'reset' });
  const refused = await shopper.order(body);
  proxy.heal();
  expect([refused.status, (await refused.json()).code]).toEqual([503, 'unavailable']);
  expect((await shopper.orderUntilSettled(body)).status).toBe(201);
  expect(await soldOf(sku)).toEqual({ orders: 1, quantity: 1 });
});

test('the end finishes what is admitted, closes the connections and refuses more', async () => {
  const sku = await addProduct('THREAD-END', { available: 10 });
  const shopper = await shopperWith(callHandlers, sku);
  const body = await shopper.body();
  proxy.disturb({ kind: 'late', ms: 1_000, to: [statementName('COMMIT')] }, first(1));
  const ordering = shopper.order(body);
  await expect.poll(() => orderWriter().depth()).not.toEqual({ waiting: 0, running: 0 });
  await thread.end();
  expect((await ordering).status).toBe(201);
  expect(await writerConnections()).toBe(0);
  const late = await shopperWith(callHandlers, sku);
  expect((await late.order(await late.body())).status).toBe(503);
});
