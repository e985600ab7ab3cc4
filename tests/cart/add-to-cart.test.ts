import { expect, test } from 'vitest';
import { addToCart } from '#lib/cart/add-to-cart.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { shopperWith } from '#proof/harness/shopper/shopper.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

// What broke: a page rendered before the last sale put sold-out goods into the cart, and 99 of 19 units. Each
// time it showed a green tick.

await openTestShop();

const newShopper = async (sku: string) => {
  const shopper = await shopperWith(callHandlers, await addProduct(`OTHER-${sku}`));
  const add = (quantity: number) => addToCart({ userId: shopper.userId, sku, quantity });
  return { shopper, add };
};

test('adding more than the stock adds what is available, and tells both numbers', async () => {
  await addProduct('NINETEEN', { available: 19 });
  const { shopper, add } = await newShopper('NINETEEN');
  expect(await add(99)).toMatchObject({ added: 19, quantity: 19, available: 19, title: 'Product NINETEEN' });
  const before = await shopper.cart();
  expect(await add(1)).toMatchObject({ added: 0, quantity: 19, available: 19 });
  expect(await shopper.cart()).toEqual(before);
});

test('a sold-out item is not added, and the cart stays as it was', async () => {
  await addProduct('NONE', { available: 0 });
  const { shopper, add } = await newShopper('NONE');
  const before = await shopper.cart();
  expect(await add(1)).toMatchObject({ added: 0, quantity: 0, available: 0 });
  expect(await shopper.cart()).toEqual(before);
});

test('adding never lowers a line that already exceeds the stock', async () => {
  await addProduct('SHRUNK', { available: 5 });
  const { shopper, add } = await newShopper('SHRUNK');
  await shopper.put('SHRUNK', 20);
  expect(await add(1)).toMatchObject({ added: 0, quantity: 20, available: 5 });
});

test('a full line is reported as full', async () => {
  await addProduct('PLENTY', { available: 500 });
  const { add } = await newShopper('PLENTY');
  expect(await add(90)).toMatchObject({ added: 90, quantity: 90 });
  expect(await add(50)).toMatchObject({ added: 9, quantity: 99, available: 500 });
});

test('an unknown item is refused', async () => {
  const { add } = await newShopper('UNKNOWN');
  await expect(add(1)).rejects.toMatchObject({ code: 'not_found' });
});
