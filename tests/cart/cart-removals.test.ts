import { expect, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { shopperWith } from '#proof/harness/shopper/shopper.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

// What broke: a product that was deleted while in a cart disappeared from it without a message, and the
// version of the cart did not change.

await openTestShop();

async function deleteProduct(sku: string): Promise<void> {
  const [variant] = await db().$queryRaw<{ product_id: string }[]>`
    SELECT product_id FROM variant WHERE sku = ${sku}`;
  await db().$executeRaw`DELETE FROM stock WHERE sku = ${sku}`;
  await db().$executeRaw`DELETE FROM variant WHERE sku = ${sku}`;
  await db().$executeRaw`DELETE FROM product WHERE id = ${variant?.product_id}::uuid`;
}

test('a product deleted while in a cart is reported by name, once, and changes the version', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('STAYS'));
  await shopper.send('PUT', `/api/cart/lines/${await addProduct('LEAVES')}`, { quantity: 2 });
  const before = await shopper.cart();
  await deleteProduct('LEAVES');

  const after = await shopper.cart();
  expect(after.removed).toEqual([{ sku: 'LEAVES', title: 'Product LEAVES', reason: 'no_longer_sold' }]);
  expect(after.lines.map(({ sku }) => sku)).toEqual(['STAYS']);
  expect(after.version).toBe(before.version + 1);
  expect(await shopper.cart()).toEqual({ ...after, removed: undefined });
});

test('a quote that finds a product gone uses the new version, and leaves the message to the cart', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('QUOTED'));
  await shopper.send('PUT', `/api/cart/lines/${await addProduct('UNQUOTED')}`, { quantity: 1 });
  const { version } = await shopper.cart();
  await deleteProduct('UNQUOTED');

  const quote = (await (await shopper.request('/api/checkout')).json()) as { cartVersion: number };
  expect(quote.cartVersion).toBe(version + 1);
  expect((await shopper.cart()).removed?.map(({ title }) => title)).toEqual(['Product UNQUOTED']);
});

test('of ten requests that find the same product gone one reports it', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('RACED'));
  const { version } = await shopper.cart();
  await deleteProduct('RACED');
  const carts = await Promise.all(Array.from({ length: 10 }, () => shopper.cart()));
  expect(carts.flatMap(({ removed = [] }) => removed)).toHaveLength(1);
  expect((await shopper.cart()).version).toBe(version + 1);
});

test('a product that the shop sells again can be put into the cart again', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('BACK'));
  await deleteProduct('BACK');
  expect((await shopper.cart()).lines).toEqual([]);
  await addProduct('BACK');
  expect((await shopper.cart()).lines).toEqual([]);
  await shopper.send('PUT', '/api/cart/lines/BACK', { quantity: 3 });
  expect((await shopper.cart()).lines).toMatchObject([{ sku: 'BACK', quantity: 3 }]);
});
