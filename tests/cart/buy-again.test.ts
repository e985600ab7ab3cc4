import { expect, test } from 'vitest';
import { POST as cancelAndBuyAgain } from '#app/(checkout)/checkout/put-back/route.ts';
import { POST as justBuyAgain } from '#app/(shop)/cart/again/route.ts';
import type { CartPageView } from '#components/cart/cart-page.tsx';
import { maxCartLines } from '#lib/cart/cart-limits.ts';
import { db } from '#lib/platform/database/db.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { cardBody, declinedCard, orderOf } from '#tests/support/money.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct, availableOf } from '#tests/support/shop/shop.ts';

await openPayingShop();

/** Posts the form. Returns the page that follows. */
async function again(
  shopper: Shopper,
  order: string,
  { cancelsFirst = false, headers = {} }: { cancelsFirst?: boolean; headers?: Record<string, string> } = {},
): Promise<string> {
  const request = new Request(`http://shop.test${cancelsFirst ? '/checkout/put-back' : '/cart/again'}`, {
    method: 'POST',
    headers: { cookie: shopper.cookie, 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams({ order }),
  });
  const response = await (cancelsFirst ? cancelAndBuyAgain : justBuyAgain)(request, {});
  expect(response.status).toBe(303);
  return response.headers.get('location') ?? '';
}

/** A shopper who has ordered these quantities. */
async function ordered(quantities: Record<string, number>): Promise<{ shopper: Shopper; id: string }> {
  const shopper = new Shopper(callHandlers);
  for (const [sku, quantity] of Object.entries(quantities))
    await shopper.put(await addProduct(sku), quantity);
  const answer = await shopper.order(await shopper.body());
  expect(answer.status).toBe(201);
  return { shopper, id: ((await answer.json()) as { order: { id: string } }).order.id };
}

const cancel = (shopper: Shopper, id: string) => shopper.send('POST', `/api/orders/${id}/cancel`, {});

const statusOf = async (id: string) =>
  (await db().$queryRaw<{ status: string }[]>`SELECT status FROM orders WHERE id = ${id}::uuid`)[0]?.status;

const setStatus = (id: string, status: string) =>
  db().$executeRaw`UPDATE orders SET status = ${status} WHERE id = ${id}::uuid`;

const linesOf = async (shopper: Shopper) =>
  Object.fromEntries((await shopper.cart()).lines.map(({ sku, quantity }) => [sku, quantity]));

const stockOf = (sku: string, available: number) =>
  db().$executeRaw`UPDATE stock SET available = ${available}::int WHERE sku = ${sku}`;

/** What the page says about it. */
async function saidAt(shopper: Shopper, location: string) {
  const response = await shopper.request(location.replace('/cart', '/cart/view'));
  const view = (await response.json()) as Extract<CartPageView, { kind: 'cart' }>;
  return { again: view.posted.again, removed: view.cart.removed.map(({ sku }) => sku) };
}

test('buying again puts the items into the cart once, however often it is pressed, and orders nothing', async () => {
  const { shopper, id } = await ordered({ 'AGAIN-A': 2, 'AGAIN-B': 1 });
  const locations = await Promise.all(Array.from({ length: 5 }, () => again(shopper, id)));
  expect(new Set(locations)).toEqual(new Set(['/cart?again=some']));
  expect(await linesOf(shopper)).toEqual({ 'AGAIN-A': 2, 'AGAIN-B': 1 });
  expect(await saidAt(shopper, '/cart?again=some')).toEqual({
    again: { isAdded: true, short: [], isOneGone: false },
    removed: [],
  });
  expect(await db().order.count({ where: { userId: shopper.userId } })).toBe(1);
});

test('what is in the cart already is kept, and raised to what was ordered', async () => {
  const { shopper, id } = await ordered({ 'AGAIN-MORE': 3, 'AGAIN-LESS': 1 });
  await shopper.put('AGAIN-MORE', 1);
  await shopper.put('AGAIN-LESS', 7);
  await again(shopper, id);
  expect(await linesOf(shopper)).toEqual({ 'AGAIN-MORE': 3, 'AGAIN-LESS': 7 });
});

test('only what is in stock is added, and the page names the rest', async () => {
  const { shopper, id } = await ordered({ 'AGAIN-NONE': 2, 'AGAIN-FEW': 5, 'AGAIN-OK': 1 });
  await stockOf('AGAIN-NONE', 0);
  await stockOf('AGAIN-FEW', 2);
  const location = await again(shopper, id);
  expect(await linesOf(shopper)).toEqual({ 'AGAIN-FEW': 2, 'AGAIN-OK': 1 });
  const { again: said } = await saidAt(shopper, location);
  expect(said?.isAdded).toBe(true);
  expect(said?.short.toSorted((a, b) => a.title.localeCompare(b.title))).toEqual([
    { title: 'Product AGAIN-FEW', isSoldOut: false },
    { title: 'Product AGAIN-NONE', isSoldOut: true },
  ]);
});

test('when everything is sold out the cart stays empty, and the page says so', async () => {
  const { shopper, id } = await ordered({ 'AGAIN-OUT': 2 });
  await stockOf('AGAIN-OUT', 0);
  const location = await again(shopper, id);
  expect(await linesOf(shopper)).toEqual({});
  expect((await saidAt(shopper, location)).again).toEqual({
    isAdded: false,
    short: [{ title: 'Product AGAIN-OUT', isSoldOut: true }],
    isOneGone: false,
  });
});

test('nothing is said about items that were removed since', async () => {
  // What broke: an empty cart said that the items of the order were in it.
  const { shopper, id } = await ordered({ 'AGAIN-REMOVED': 1 });
  const location = await again(shopper, id);
  await shopper.put('AGAIN-REMOVED', 0);
  expect((await saidAt(shopper, location)).again).toBeUndefined();
});

test('an item that the shop no longer sells is reported with its title', async () => {
  const { shopper, id } = await ordered({ 'AGAIN-GONE': 1, 'AGAIN-SOLD': 1 });
  await db().$executeRaw`DELETE FROM stock WHERE sku = 'AGAIN-GONE'`;
  await db().$executeRaw`DELETE FROM variant WHERE sku = 'AGAIN-GONE'`;
  const location = await again(shopper, id);
  expect(await saidAt(shopper, location)).toEqual({
    again: { isAdded: true, short: [], isOneGone: true },
    removed: ['AGAIN-GONE'],
  });
  expect(await linesOf(shopper)).toEqual({ 'AGAIN-SOLD': 1 });
});

test('prices are those of today, not of the order', async () => {
  const { shopper, id } = await ordered({ 'AGAIN-DEARER': 1 });
  await db().$executeRaw`UPDATE variant SET price_minor = 9900 WHERE sku = 'AGAIN-DEARER'`;
  await again(shopper, id);
  expect((await shopper.cart()).subtotalMinor).toBe(9_900);
});

test('the order of another shopper, or none, adds nothing', async () => {
  const { id } = await ordered({ 'AGAIN-THEIRS': 1 });
  const stranger = await shopperWith(callHandlers, await addProduct('AGAIN-MINE'));
  for (const order of [id, crypto.randomUUID(), 'not-an-order', '']) {
    expect(await again(stranger, order)).toBe('/orders');
  }
  expect(await linesOf(stranger)).toEqual({ 'AGAIN-MINE': 1 });
});

test('a form of another site adds nothing', async () => {
  const { shopper, id } = await ordered({ 'AGAIN-FOREIGN': 1 });
  await again(shopper, id, { headers: { origin: 'https://elsewhere.example' } });
  expect(await linesOf(shopper)).toEqual({});
});

// What broke: the items of a cancelled order came back by other rules than those that are bought again. The cart
// had more than the stock, and said that all items were in it although one was no longer sold.
test('the items of a cancelled order are bought again: what can be added is added, and the rest is named', async () => {
  const { shopper, id } = await ordered({ 'ENDED-FEW': 3, 'ENDED-GONE': 1, 'ENDED-OK': 1 });
  await cancel(shopper, id);
  await stockOf('ENDED-FEW', 2);
  await db().$executeRaw`DELETE FROM stock WHERE sku = 'ENDED-GONE'`;
  await db().$executeRaw`DELETE FROM variant WHERE sku = 'ENDED-GONE'`;
  const location = await again(shopper, id);
  expect(await saidAt(shopper, location)).toEqual({
    again: { isAdded: true, short: [{ title: 'Product ENDED-FEW', isSoldOut: false }], isOneGone: true },
    removed: ['ENDED-GONE'],
  });
  expect(await linesOf(shopper)).toEqual({ 'ENDED-FEW': 2, 'ENDED-OK': 1 });
});

// What broke: after an order was not paid in time, its items were gone. The checkout only said that the cart
// was empty.
test.each([
  ['payment_declined', 'HELD-A'],
  ['payment_pending', 'HELD-B'],
])('a %s order can be cancelled first, so that its items are not held twice', async (status, sku) => {
  const { shopper, id } = await ordered({ [sku]: 2 });
  await setStatus(id, status);
  const available = await availableOf(sku);
  for (let press = 0; press < 2; press += 1) {
    expect(await again(shopper, id, { cancelsFirst: true })).toBe('/cart?again=some');
    expect(await statusOf(id)).toBe('cancelled');
    expect(await availableOf(sku)).toBe(available + 2);
    expect(await linesOf(shopper)).toEqual({ [sku]: 2 });
  }
});

test('presses at the same time cancel a card order once, and add its items once', async () => {
  const sku = await addProduct('HELD-AT-ONCE', { available: 10 });
  const shopper = await shopperWith(callHandlers, sku, 2);
  expect((await shopper.order(await cardBody(shopper, declinedCard))).status).toBe(402);
  const { id } = await orderOf(shopper);
  const locations = await Promise.all(
    Array.from({ length: 5 }, () => again(shopper, id, { cancelsFirst: true })),
  );
  expect(new Set(locations)).toEqual(new Set(['/cart?again=some']));
  expect([await statusOf(id), await availableOf(sku), await linesOf(shopper)]).toEqual([
    'cancelled',
    10,
    { [sku]: 2 },
  ]);
});

// What broke: an order that was paid in another tab was cancelled and refunded, and its items were not in the
// cart. An immediate refund had already made it more than cancelled.
test.each(['cancelled', 'refunded'])('the items of a %s order are added by either form', async (status) => {
  const sku = `OVER-${status.toUpperCase()}`;
  const { shopper, id } = await ordered({ [sku]: 1 });
  await cancel(shopper, id);
  await setStatus(id, status);
  for (const cancelsFirst of [true, false]) {
    expect(await again(shopper, id, { cancelsFirst })).toBe('/cart?again=some');
    expect(await linesOf(shopper)).toEqual({ [sku]: 1 });
  }
});

// What broke: the cart said that nothing was changed, and the order was cancelled.
test('a cart that is full leaves the items of a cancelled order on its page', async () => {
  const { shopper, id } = await ordered({ 'FULL-A': 1 });
  for (let line = 0; line < maxCartLines; line += 1) await shopper.put(await addProduct(`FULL-${line}`), 1);
  await setStatus(id, 'payment_declined');
  expect(await again(shopper, id, { cancelsFirst: true })).toBe(`/orders/${id}`);
  expect(await statusOf(id)).toBe('cancelled');
  expect(await again(shopper, id)).toBe('/cart?problem=limit');
});

test('an order that waits for its payment is not bought again beside it: its page follows', async () => {
  const { shopper, id } = await ordered({ 'WAITS-A': 2 });
  for (const status of ['payment_declined', 'payment_pending', 'payment_unknown', 'payment_processing']) {
    await setStatus(id, status);
    expect(await again(shopper, id), status).toBe(`/orders/${id}`);
  }
  expect(await linesOf(shopper)).toEqual({});
});

test('a form that cancels first leaves an order alone that waits for nothing, and that of another shopper', async () => {
  const { shopper, id } = await ordered({ 'ALIVE-A': 1 });
  expect(await again(shopper, id, { cancelsFirst: true })).toBe(`/orders/${id}`);
  await setStatus(id, 'payment_declined');
  const stranger = await shopperWith(callHandlers, await addProduct('ALIVE-B'));
  expect(await again(stranger, id, { cancelsFirst: true })).toBe('/orders');
  expect(await statusOf(id)).toBe('payment_declined');
  expect(await linesOf(shopper)).toEqual({});
  expect(await linesOf(stranger)).toEqual({ 'ALIVE-B': 1 });
});
