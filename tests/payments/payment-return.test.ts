import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import { callHandlers, callUrl } from '#proof/harness/shopper/call.ts';
import { Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { openSimulator } from '#tests/support/services/simulator.ts';
import { startShopProcess } from '#tests/support/shop/another-process.ts';
import { answerBank } from '#tests/support/shop/bank.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

const simulator = await openSimulator();

/** Counts the calls that look up a charge, between the shop and its provider. */
let lookUps = 0;
const counting = http.createServer((request, response) => {
  const { method, headers, url = '/' } = request;
  if (method === 'GET' && url.startsWith('/v1/payment_intents')) lookUps += 1;
  const onward = http.request(new URL(url, simulator.url), { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  request.pipe(onward);
});
await new Promise<void>((resolve) => counting.listen(0, '127.0.0.1', resolve));
afterAll(() => {
  counting.closeAllConnections();
  counting.close();
});

await openTestShop({
  env: {
    STRIPE_SECRET_KEY: simulator.secretKey,
    STRIPE_API_BASE: `http://127.0.0.1:${(counting.address() as AddressInfo).port}`,
    STRIPE_WEBHOOK_SECRET: simulator.webhookSecret,
  },
});

const bankCard = 'pm_card_authenticationRequired';

async function orderAtTheBank(sku: string) {
  const shopper = await shopperWith(callHandlers, await addProduct(sku));
  const placed = await shopper.order(await shopper.body({ payment: { method: 'card', token: bankCard } }));
  const { order } = (await placed.json()) as { order: { id: string; url: string; statusUrl: string } };
  lookUps = 0;
  return { shopper, order, back: `${order.url}/payment-return` };
}

const statusOf = async (id: string) => (await db().order.findFirstOrThrow({ where: { id } })).status;

// What broke: each of 300 GETs of the return address asked the provider. Any shopper with an order at the
// bank could use up the shop's allowance of provider calls.
test('opening the return from the bank 300 times asks the provider once', async () => {
  const { shopper, order, back } = await orderAtTheBank('RETURN-300');
  const another = await startShopProcess();
  const elsewhere = new Shopper(callUrl(another.url));
  elsewhere.cookie = shopper.cookie;
  for (let round = 0; round < 30; round += 1) {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => (i % 2 ? shopper : elsewhere).request(back)),
    );
    expect(answers.map(({ status, headers }) => [status, headers.get('location')])).toEqual(
      Array(10).fill([303, order.url]),
    );
    await db().$executeRaw`UPDATE payment SET asked_at = now() WHERE asked_at IS NOT NULL`;
  }
  expect(lookUps).toBe(1);
  expect(await statusOf(order.id)).toBe('payment_pending');
});

test('returns that arrive at the same time all wait for one provider answer', async () => {
  const { shopper, order, back } = await orderAtTheBank('RETURN-TOGETHER');
  await answerBank(shopper, order.statusUrl, 'confirm');
  const statuses = await Promise.all(
    Array.from({ length: 20 }, async () => {
      await shopper.request(back);
      return statusOf(order.id);
    }),
  );
  expect(statuses).toEqual(Array(20).fill('paid'));
  expect(lookUps).toBe(1);
});

test('a later return asks the provider again', async () => {
  const { shopper, order, back } = await orderAtTheBank('RETURN-LATER');
  await shopper.request(back);
  expect(await statusOf(order.id)).toBe('payment_pending');
  await answerBank(shopper, order.statusUrl, 'confirm');
  await db().$executeRaw`
    UPDATE payment SET asked_at = now() - interval '4 seconds' WHERE order_id = ${order.id}::uuid`;
  await shopper.request(back);
  expect(await statusOf(order.id)).toBe('paid');
  expect(lookUps).toBe(2);
});
