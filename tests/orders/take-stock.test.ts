import { expect, test } from 'vitest';
import { cancelOrder } from '#lib/order-management/cancel-order.ts';
import { db } from '#lib/platform/database/db.ts';
import { takeStock } from '#lib/stock/take-stock.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { shopperWith } from '#proof/harness/shopper/shopper.ts';
import { addProduct, availableOf } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

/** A late charge takes its order's stock again: all of it, or nothing. */

await openTestShop();

/** An order of two skus, two units each. */
async function orderOfTwo(skus: [string, string]): Promise<{ userId: string; orderId: string }> {
  for (const sku of skus) await addProduct(sku, { available: 10 });
  const shopper = await shopperWith(callHandlers, skus[0], 2);
  await shopper.put(skus[1], 2);
  const response = await shopper.order(await shopper.body());
  const { order } = (await response.json()) as { order: { id: string } };
  const { userId } = await db().order.findFirstOrThrow({ where: { id: order.id } });
  return { userId, orderId: order.id };
}

/** Takes the order's stock when this many units are left of each sku. */
async function takeFrom(skus: [string, string], left: [number, number]): Promise<unknown[]> {
  const order = await orderOfTwo(skus);
  await cancelOrder({ userId: order.userId, id: order.orderId });
  for (const [index, sku] of skus.entries())
    await db().stock.update({ where: { sku }, data: { available: left[index] } });
  const taken = await db().$transaction((tx) => takeStock(tx, order));
  return [taken, ...(await Promise.all(skus.map(availableOf)))];
}

test('the last units are taken', async () => {
  expect(await takeFrom(['LAST-A', 'LAST-B'], [2, 3])).toEqual([true, 0, 1]);
});

test.for([
  { short: 'first', left: [1, 9] },
  { short: 'second', left: [9, 1] },
] as const)('nothing is taken if the $short of two items is not there', async ({ short, left }) => {
  expect(await takeFrom([`${short}-A`, `${short}-B`], [...left])).toEqual([false, ...left]);
});
