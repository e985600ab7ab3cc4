import { expect, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { shoppersWith, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { addProduct, availableOf, soldOf } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

/** Races: many simultaneous requests for what may happen only once. */

await openTestShop();
const call = callHandlers;

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

async function statusesOf(responses: Response[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const response of responses) {
    const body = (await response.clone().json()) as { outcome?: string; code?: string };
    const key = `${response.status} ${body.outcome ?? body.code}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

test('a thousand equal submissions at the same time make one order and get one answer', async () => {
  const shopper = await shopperWith(call, await addProduct('THOUSAND', { available: 10 }));
  const body = await shopper.body();
  const responses = await Promise.all(times(1_000, () => shopper.orderUntilSettled(body)));
  expect(await statusesOf(responses)).toEqual({ '201 accepted': 1_000 });
  expect(new Set(await Promise.all(responses.map((response) => response.text()))).size).toBe(1);
  const firsts = responses.filter((response) => !response.headers.has('idempotent-replayed'));
  expect(firsts.length).toBeLessThanOrEqual(1);
  expect(await soldOf('THOUSAND')).toEqual({ orders: 1, quantity: 1 });
  expect(await availableOf('THOUSAND')).toBe(9);
});

test('two tabs submitting one cart make one order, and both show it', async () => {
  await addProduct('TABS');
  for (let round = 0; round < 20; round += 1) {
    const shopper = await shopperWith(call, 'TABS');
    const tabs = [await shopper.body(), await shopper.body({ shippingMethod: 'express' })];
    const responses = await Promise.all(tabs.map((body) => shopper.orderUntilSettled(body)));
    expect(await statusesOf(responses)).toEqual({ '201 accepted': 1, '200 already_ordered': 1 });
    const ids = await Promise.all(
      responses.map(async (response) => ((await response.json()) as { order: { id: string } }).order.id),
    );
    expect(new Set(ids).size).toBe(1);
  }
  expect((await soldOf('TABS')).orders).toBe(20);
});

test('ten carts that want the last unit sell it once, and the other nine are told', async () => {
  await addProduct('LAST', { available: 1 });
  const shoppers = await Promise.all(times(10, () => shopperWith(call, 'LAST')));
  const bodies = await Promise.all(shoppers.map((shopper) => shopper.body()));
  const responses = await Promise.all(
    shoppers.map((shopper, index) => shopper.order(bodies[index] ?? { submitToken: '' })),
  );
  expect(await statusesOf(responses)).toEqual({ '201 accepted': 1, '409 out_of_stock': 9 });
  expect(await availableOf('LAST')).toBe(0);
  expect(await soldOf('LAST')).toEqual({ orders: 1, quantity: 1 });
});

test('a burst that exceeds the stock sells exactly the stock', async () => {
  await addProduct('BURST', { available: 50 });
  const ready = await shoppersWith(call, 120, 'BURST', (index) => 1 + (index % 3));
  // Every order three times, all at the same time.
  const sends = ready.flatMap(({ shopper, body }) => times(3, () => shopper.orderUntilSettled(body)));
  const counts = await statusesOf(await Promise.all(sends));
  const sold = await soldOf('BURST');
  expect(counts['201 accepted']).toBe(sold.orders * 3);
  expect(counts['409 out_of_stock']).toBe(360 - sold.orders * 3);
  expect(sold.quantity + (await availableOf('BURST'))).toBe(50);
});

test('a cart edited while it is ordered is ordered as it was shown, or not at all', async () => {
  await addProduct('EDITED', { priceMinor: 1_000 });
  const outcomes: Record<string, number> = {};
  for (let round = 0; round < 40; round += 1) {
    const shopper = await shopperWith(call, 'EDITED');
    const body = await shopper.body();
    const [response] = await Promise.all([shopper.order(body), shopper.put('EDITED', 2)]);
    const counts = await statusesOf([response]);
    for (const key of Object.keys(counts)) outcomes[key] = (outcomes[key] ?? 0) + 1;
  }
  expect(Object.keys(outcomes).filter((key) => !['201 accepted', '409 cart_changed'].includes(key))).toEqual(
    [],
  );
  const wrong = await db().$queryRaw`
    SELECT 1 FROM order_line line JOIN orders ON orders.user_id = line.user_id AND orders.id = line.order_id
    WHERE line.sku = 'EDITED' AND (line.quantity <> 1 OR orders.total_minor <> 1499)`;
  expect(wrong).toEqual([]);
});

test('a first line added from many tabs at the same time goes into one cart', async () => {
  await addProduct('FIRST-A');
  await addProduct('FIRST-B');
  const shopper = await shopperWith(call, 'FIRST-A');
  await shopper.order(await shopper.body());
  await Promise.all(times(20, (index) => shopper.put(index % 2 ? 'FIRST-A' : 'FIRST-B', 1)));
  const cart = await shopper.cart();
  expect(cart.lines.map(({ sku }) => sku).sort()).toEqual(['FIRST-A', 'FIRST-B']);
  const open = await db().cart.count({ where: { status: 'open', userId: shopper.userId } });
  expect(open).toBe(1);
});

test('a cancellation that races an order for the returned unit never sells it twice', async () => {
  await addProduct('RETURNED', { available: 1 });
  const first = await shopperWith(call, 'RETURNED');
  const { order } = (await (await first.order(await first.body())).json()) as {
    order: { statusUrl: string };
  };
  const others = await shoppersWith(call, 10, 'RETURNED');
  const [, ...responses] = await Promise.all([
    first.send('POST', `${order.statusUrl}/cancel`, {}),
    ...others.map(({ shopper, body }) => shopper.order(body)),
  ]);
  const accepted = (await statusesOf(responses))['201 accepted'] ?? 0;
  expect(accepted).toBeLessThanOrEqual(1);
  expect(await availableOf('RETURNED')).toBe(1 - accepted);
});
