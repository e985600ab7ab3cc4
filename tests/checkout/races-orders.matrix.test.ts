import { expect, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import { shoppersWith, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { isFull } from '#tests/support/matrix.ts';
import { addProduct, availableOf, soldOf } from '#tests/support/shop/shop.ts';
import { answersOf, openTwoProcesses, times } from '#tests/support/shop/two-processes.ts';

/**
 * Simultaneous orders at two processes of the shop: keys, carts, prices and the last units (docs/proof.md,
 * "Races").
 */

const { call, redis } = await openTwoProcesses();

const ordersOf = (userId: string) => db().order.findMany({ where: { userId }, include: { lines: true } });

test.each([
  ['with Redis', () => undefined],
  ['with Redis stopped', () => redis.stop()],
])(
  'three hundred equal submissions to two processes make one order and get one answer, %s',
  async (how, prepare) => {
    const sku = await addProduct(`SAME-${how.length}`, { available: 10 });
    const shopper = await shopperWith(call, sku);
    const body = await shopper.body();
    await prepare();
    const responses = await Promise.all(times(300, () => shopper.orderUntilSettled(body)));
    await redis.restore();
    expect(await answersOf(responses)).toEqual({ '201 accepted': 300 });
    expect(new Set(await Promise.all(responses.map((response) => response.text()))).size).toBe(1);
    expect(await soldOf(sku)).toEqual({ orders: 1, quantity: 1 });
    expect(await availableOf(sku)).toBe(9);
  },
  120_000,
);

test('tabs with other tokens at two processes make one order, and all of them show it', async () => {
  const sku = await addProduct('TABS', { available: 100 });
  for (let round = 0; round < 15; round += 1) {
    const shopper = await shopperWith(call, sku);
    const tabs = [await shopper.body(), await shopper.body({ shippingMethod: 'express' })];
    const responses = await Promise.all(
      tabs.flatMap((body) => times(3, () => shopper.orderUntilSettled(body))),
    );
    expect(await answersOf(responses)).toEqual({ '201 accepted': 3, '200 already_ordered': 3 });
    expect(await ordersOf(shopper.userId)).toHaveLength(1);
  }
  expect(await availableOf(sku)).toBe(85);
});

test('a line added while the cart is ordered is paid for, or is not in the order', async () => {
  await addProduct('PAID-FOR', { available: 100, priceMinor: 1_000 });
  await addProduct('SLIPPED-IN', { available: 100, priceMinor: 50_000 });
  const seen = new Set<string>();
  for (let round = 0; round < 30; round += 1) {
    const shopper = await shopperWith(call, 'PAID-FOR');
    const body = await shopper.body();
    const [ordered, added] = await Promise.all([
      shopper.orderUntilSettled(body),
      shopper.send('PUT', '/api/cart/lines/SLIPPED-IN', { quantity: 1 }),
    ]);
    const [order, ...others] = await ordersOf(shopper.userId);
    const left = (await shopper.cart()).lines.map(({ sku }) => sku);
    expect(others).toEqual([]);
    seen.add(`${ordered.status} ${added.status}`);
    // Either the edit came first, and the submitted cart no longer existed, or it came later and went into
    // the next cart.
    if (!order) {
      expect(Object.keys(await answersOf([ordered]))).toEqual(['409 cart_changed']);
      expect(left).toEqual(['PAID-FOR', 'SLIPPED-IN']);
    } else {
      expect(order.lines).toMatchObject([{ sku: 'PAID-FOR', quantity: 1 }]);
      expect(order.totalMinor).toBe(body.totalMinor);
      expect(left).toEqual(added.ok ? ['SLIPPED-IN'] : []);
    }
  }
  expect([...seen].every((pair) => ['201 200', '201 412', '409 200'].includes(pair))).toBe(true);
  expect((await soldOf('PAID-FOR')).quantity + (await availableOf('PAID-FOR'))).toBe(100);
  expect(await availableOf('SLIPPED-IN')).toBe(100);
});

test('a price that changes during the order is the confirmed one, or nothing is ordered', async () => {
  await addProduct('REPRICED', { available: 1_000, priceMinor: 1_000 });
  for (let round = 0; round < 30; round += 1) {
    const shopper = await shopperWith(call, 'REPRICED');
    const body = await shopper.body();
    const [response] = await Promise.all([
      shopper.orderUntilSettled(body),
      db().$executeRaw`UPDATE variant SET price_minor = price_minor + 7 WHERE sku = 'REPRICED'`,
    ]);
    const orders = await ordersOf(shopper.userId);
    if (response.status === 201) {
      const [{ totalMinor = 0, subtotalMinor = 0, lines = [] } = {}] = orders;
      expect(totalMinor).toBe(body.totalMinor);
      expect(lines.reduce((sum, line) => sum + line.quantity * line.unitPriceMinor, 0)).toBe(subtotalMinor);
    } else {
      expect(Object.keys(await answersOf([response]))).toEqual(['409 cart_changed']);
      expect(orders).toEqual([]);
    }
  }
});

const rivals = isFull ? 1_000 : 200;

test(`the last unit, wanted by ${rivals} at two processes, is sold once`, async () => {
  await addProduct('LAST', { available: 1 });
  const wanting = await shoppersWith(call, rivals, 'LAST');
  const responses = await Promise.all(wanting.map(({ shopper, body }) => shopper.orderUntilSettled(body)));
  expect(await answersOf(responses)).toEqual({ '201 accepted': 1, '409 out_of_stock': rivals - 1 });
  expect(await soldOf('LAST')).toEqual({ orders: 1, quantity: 1 });
  expect(await availableOf('LAST')).toBe(0);
}, 300_000);

test('two orders of two out of three units: one is sold, and one unit is left', async () => {
  for (let round = 0; round < 15; round += 1) {
    const sku = await addProduct(`THREE-${round}`, { available: 3 });
    const wanting = await shoppersWith(call, 2, sku, () => 2);
    const responses = await Promise.all(wanting.map(({ shopper, body }) => shopper.orderUntilSettled(body)));
    expect(await answersOf(responses)).toEqual({ '201 accepted': 1, '409 out_of_stock': 1 });
    expect(await availableOf(sku)).toBe(1);
  }
});

test('orders over the same two products, in either order, take exactly the stock of each', async () => {
  const skus = [
    await addProduct('CROSS-A', { available: 30 }),
    await addProduct('CROSS-B', { available: 20 }),
  ];
  const wanting = await shoppersWith(call, 40, 'CROSS-A');
  for (const [index, { shopper }] of wanting.entries()) {
    // Every second cart holds them in the other order.
    if (index % 2)
      for (const [sku, quantity] of [
        ['CROSS-A', 0],
        ['CROSS-B', 1],
        ['CROSS-A', 1],
      ] as const)
        await shopper.put(sku, quantity);
    else await shopper.put('CROSS-B', 1);
  }
  const bodies = await Promise.all(wanting.map(({ shopper }) => shopper.body()));
  const responses = await Promise.all(
    wanting.map(({ shopper }, index) => shopper.orderUntilSettled(bodies[index] as (typeof bodies)[number])),
  );
  expect(await answersOf(responses)).toEqual({ '201 accepted': 20, '409 out_of_stock': 20 });
  expect(await Promise.all(skus.map(availableOf))).toEqual([10, 0]);
});
