import { expect, test } from 'vitest';
import { addToCart } from '#lib/cart/add-to-cart.ts';
import { db } from '#lib/platform/database/db.ts';
import { type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import { answersOf, openTwoProcesses, times } from '#tests/support/shop/two-processes.ts';

/**
 * Two processes edit one cart at the same time: every added item is there, and none is there twice
 * (docs/proof.md, "Races").
 */

const { call } = await openTwoProcesses();

const put = (shopper: Shopper, sku: string, quantity: number, version?: number) =>
  shopper.send('PUT', `/api/cart/lines/${sku}`, { quantity }, version ? { 'if-match': `"${version}"` } : {});

test('of edits that saw the same cart one succeeds, and the others are told that it has changed', async () => {
  const shopper = await shopperWith(call, await addProduct('SEEN'));
  for (let round = 0; round < 10; round += 1) {
    const { version } = await shopper.cart();
    const first = 10 + round * 10;
    const responses = await Promise.all(
      times(8, (index) => put(shopper, 'SEEN', ((first + index) % 90) + 1, version)),
    );
    expect(await answersOf(responses)).toEqual({ 200: 1, '412 precondition_failed': 7 });
    const won = responses.findIndex(({ status }) => status === 200);
    expect(await shopper.cart()).toMatchObject({
      version: version + 1,
      lines: [{ quantity: ((first + won) % 90) + 1 }],
    });
  }
});

test('edits that did not look are all counted, and the cart is as one of them left it', async () => {
  const shopper = await shopperWith(call, await addProduct('BLIND'), 50);
  const { version } = await shopper.cart();
  const responses = await Promise.all(times(20, (index) => put(shopper, 'BLIND', index + 1)));
  expect(await answersOf(responses)).toEqual({ 200: 20 });
  const cart = await shopper.cart();
  expect(cart.version).toBe(version + 20);
  const answers = (await Promise.all(responses.map((response) => response.json()))) as (typeof cart)[];
  expect(new Set(answers.map((answer) => answer.version)).size).toBe(20);
  expect(cart.lines).toEqual(answers.find((answer) => answer.version === cart.version)?.lines);
});

test('units added at the same time, by reading and writing back, are all in the cart', async () => {
  const shopper = await shopperWith(call, await addProduct('ADDED'));
  const addOne = async (): Promise<void> => {
    const { version, lines } = await shopper.cart();
    const { status } = await put(shopper, 'ADDED', (lines[0]?.quantity ?? 0) + 1, version);
    if (status === 412) return addOne();
    expect(status).toBe(200);
  };
  // The page's button runs `addToCart` in this process, the third one.
  const button = () => addToCart({ userId: shopper.userId, sku: 'ADDED', quantity: 1 });
  await Promise.all(times(12, addOne));
  await Promise.all([button(), button(), addOne(), addOne()]);
  expect((await shopper.cart()).lines).toMatchObject([{ sku: 'ADDED', quantity: 17 }]);
});

test('first lines added at two processes at the same time go into one cart', async () => {
  const skus = await Promise.all(times(6, (index) => addProduct(`FIRST-${index}`)));
  const shopper = await shopperWith(call, 'FIRST-0');
  await shopper.order(await shopper.body());
  const responses = await Promise.all(skus.map((sku) => put(shopper, sku, 1)));
  expect(await answersOf(responses)).toEqual({ 200: 6 });
  expect((await shopper.cart()).lines.map(({ sku }) => sku).sort()).toEqual(skus);
  expect(await db().cart.count({ where: { status: 'open', userId: shopper.userId } })).toBe(1);
});

test('a line removed while it is raised is either gone or as it was set', async () => {
  await addProduct('KEPT');
  for (let round = 0; round < 15; round += 1) {
    const shopper = await shopperWith(call, 'KEPT');
    await Promise.all([put(shopper, 'KEPT', 0), put(shopper, 'KEPT', 5)]);
    const { version, lines } = await shopper.cart();
    expect(version).toBe(4);
    expect([[], [5]]).toContainEqual(lines.map(({ quantity }) => quantity));
  }
});
