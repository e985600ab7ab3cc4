import { randomUUID } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import { declareHostResolvesIp } from '#lib/platform/http/http.ts';
import { recordSubmission, writeRecords } from '#lib/submissions/record-submission.ts';
import { layers } from '#lib/submissions/trail.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { metricsEnv, readMetrics } from '#tests/support/metrics.ts';
import { cardBody, declinedCard, orderOf } from '#tests/support/money.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct } from '#tests/support/shop/shop.ts';

/** Each request that submits a checkout has a record of the layer that answered it. */

const shop = await openPayingShop(metricsEnv);
beforeEach(() => shop.redis.restore());

/** The records of a shopper, oldest first, as `layer outcome status`. */
async function recordsOf({ userId }: Shopper) {
  await writeRecords();
  return db().submission.findMany({ where: { userId }, orderBy: { at: 'asc' } });
}

const summaries = async (shopper: Shopper) =>
  (await recordsOf(shopper)).map(({ layer, outcome, status }) => `${layer} ${outcome} ${status}`);

test('a submission and its replay from Redis have a record each, with their request ids', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('REPLAY'));
  const body = await shopper.body();
  const sent = [
    await shopper.order(body, { 'x-request-id': 'the-first-request' }),
    await shopper.order(body, { 'x-request-id': 'the-second-request' }),
  ];
  expect(sent.map(({ status }) => status)).toEqual([201, 201]);
  const { id: orderId } = await orderOf(shopper);
  const records = await recordsOf(shopper);
  expect(records).toMatchObject([
    { requestId: 'the-first-request', layer: 'order_writer', outcome: 'accepted', status: 201, orderId },
    { requestId: 'the-second-request', layer: 'redis', outcome: 'replayed', status: 201, orderId },
  ]);
  for (const { cartId, attempt, copies } of records) {
    expect([cartId, attempt, copies]).toEqual([body.cartId, null, 1]);
  }
});

test('a replay with Redis stopped is answered by the database', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('NOREDIS'));
  const body = await shopper.body();
  await shopper.order(body);
  await shop.redis.stop();
  expect((await shopper.order(body)).headers.get('idempotent-replayed')).toBe('true');
  expect(await summaries(shopper)).toEqual(['order_writer accepted 201', 'database replayed 201']);
});

test('a double submission in one process is one order and one duplicate that joined it', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('DOUBLE'));
  const body = await shopper.body();
  await Promise.all([shopper.orderUntilSettled(body), shopper.orderUntilSettled(body)]);
  const found = await summaries(shopper);
  expect(found.filter((one) => one.startsWith('order_writer'))).toEqual(['order_writer accepted 201']);
  // On a busy machine it may be told to ask again.
  expect(found).toContainEqual(expect.stringMatching(/^single_flight (replayed 201|in_progress 409)$/));
});

test('another tab with another total gets the order, answered by the database', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('TAB'));
  const tabs = [await shopper.body(), await shopper.body({ shippingMethod: 'express' })];
  for (const tab of tabs) await shopper.order(tab);
  const records = await recordsOf(shopper);
  expect(records.map(({ layer, outcome }) => [layer, outcome])).toEqual([
    ['order_writer', 'accepted'],
    ['database', 'already_ordered'],
  ]);
  expect(new Set(records.map(({ orderId }) => orderId)).size).toBe(1);
  expect(new Set(records.map(({ cartId }) => cartId)).size).toBe(1);
  expect(new Set(records.map(({ tokenHash }) => tokenHash)).size).toBe(2);
});

test('a second order that only the unique key stops is recorded as such', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('UNIQUE'));
  const body = await shopper.body();
  await shopper.order(body);
  // As if the writer could not see that the cart is ordered.
  await db().$executeRaw`UPDATE cart SET status = 'open' WHERE user_id = ${shopper.userId}::uuid`;
  await shop.redis.stop();
  await shopper.order(body);
  expect(await summaries(shopper)).toEqual(['order_writer accepted 201', 'unique_key replayed 201']);
});

test('a declined card and the next attempt are recorded, and so is the repeated attempt', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('DECLINED'));
  expect((await shopper.order(await cardBody(shopper, declinedCard))).status).toBe(402);
  const { id } = await orderOf(shopper);
  const next = { attempt: 2, method: 'card', token: 'pm_card_visa' };
  for (let time = 0; time < 2; time += 1) {
    expect((await shopper.send('POST', `/api/orders/${id}/payments`, next)).status).toBe(201);
  }
  expect(await recordsOf(shopper)).toMatchObject([
    { layer: 'order_writer', outcome: 'payment_declined', status: 402, made: true, attempt: null },
    { layer: 'attempt_writer', outcome: 'accepted', status: 201, made: true, attempt: 2, cartId: null },
    { layer: 'database', outcome: 'replayed', status: 201, made: false, orderId: id, attempt: 2 },
  ]);
});

test('a refusal of the order writer is a record of the cart without an order', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('GONE', { available: 0 }));
  const body = await shopper.body();
  expect((await shopper.order(body)).status).toBe(409);
  expect(await recordsOf(shopper)).toMatchObject([
    { layer: 'order_writer', outcome: 'out_of_stock', status: 409, orderId: null, cartId: body.cartId },
  ]);
});

test('a record has the network of the client, and not its address', async () => {
  const header = declareHostResolvesIp();
  const shopper = await shopperWith(callHandlers, await addProduct('NETWORK'));
  const body = await shopper.body();
  await shopper.order(body, { [header]: '203.0.113.77' });
  await shopper.order(body, { [header]: '2001:db8:12:3456::77' });
  await shopper.order(body, { [header]: '127.0.0.1' });
  const networks = (await recordsOf(shopper)).map(({ network }) => network);
  // An exposed shop gets such an address only from a proxy, so it says nothing about the client.
  expect(networks).toEqual(['203.0.113.0/24', '2001:db8::/32', null]);
});

// Anyone can send any number of them: a row for each would fill the disk.
test('a forged token, an invalid body and an attempt for another shopper’s order have no record', async () => {
  const owner = await shopperWith(callHandlers, await addProduct('FORGED'));
  const body = await owner.body();
  await owner.order(await cardBody(owner, declinedCard));
  const { id } = await orderOf(owner);
  const shopper = await shopperWith(callHandlers, 'FORGED');
  const own = await shopper.body();
  expect((await shopper.order({ ...own, totalMinor: 1 })).status).toBe(422);
  expect((await shopper.order({ ...own, email: 'none' })).status).toBe(400);
  expect((await shopper.order(body)).status).toBe(422);
  const attempt = { attempt: 2, method: 'card', token: 'pm_card_visa' };
  expect((await shopper.send('POST', `/api/orders/${id}/payments`, attempt)).status).toBe(404);
  expect(await recordsOf(shopper)).toEqual([]);
});

test('the table takes a record of every layer', async () => {
  const [userId, orderId] = [randomUUID(), randomUUID()];
  for (const layer of layers) {
    const answered = {
      requestId: 'every-layer',
      status: 201,
      outcome: 'accepted',
      beganAt: performance.now(),
    };
    recordSubmission({ layer, submitted: { userId, orderId, attempt: 1 } }, answered);
  }
  await writeRecords();
  const records = await db().submission.findMany({ where: { userId } });
  expect(records.map(({ layer }) => layer).toSorted()).toEqual(layers.toSorted());
});

test('answers are counted by layer, from zero', async () => {
  const text = await readMetrics();
  const count = (layer: string, answer: string) =>
    Number(
      text.match(
        new RegExp(`^once_submissions_total\\{layer="${layer}",answer="${answer}"\\} (\\d+)`, 'm'),
      )?.[1],
    );
  expect(count('order_writer', 'made')).toBeGreaterThan(0);
  expect(count('redis', 'repeated')).toBeGreaterThan(0);
  expect(count('unique_key', 'made')).toBe(0);
});
