import { expect, test } from 'vitest';
import { POST } from '#app/checkout/put-back/route.ts';
import { db } from '#lib/platform/database/db.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { addProduct, availableOf } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

// What broke: after an order was not paid in time, its items were gone. The checkout only said that the cart
// was empty.

await openTestShop();

async function putBack(shopper: Shopper, order: string): Promise<string | null> {
  const request = new Request('http://shop.test/checkout/put-back', {
    method: 'POST',
    headers: { cookie: shopper.cookie, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ order }),
  });
  const response = await POST(request, {});
  expect(response.status).toBe(303);
  return response.headers.get('location');
}

async function orderOf(shopper: Shopper): Promise<string> {
  const body = await shopper.body();
  const answer = await shopper.send('POST', '/api/orders', body, { 'idempotency-key': body.submitToken });
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { order: { id: string } }).order.id;
}

const cancel = (shopper: Shopper, id: string) => shopper.send('POST', `/api/orders/${id}/cancel`, {});
const linesOf = async (shopper: Shopper) =>
  (await shopper.cart()).lines.map(({ sku, quantity }) => [sku, quantity]);

test('the items of a cancelled order are put back once, however often this is requested', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('PUT-A'), 2);
  await shopper.put(await addProduct('PUT-B'), 1);
  const id = await orderOf(shopper);
  await cancel(shopper, id);
  const locations = await Promise.all(Array.from({ length: 5 }, () => putBack(shopper, id)));
  expect(new Set(locations)).toEqual(new Set(['/cart?restored']));
  expect(await linesOf(shopper)).toEqual([
    ['PUT-A', 2],
    ['PUT-B', 1],
  ]);
  expect((await shopper.cart()).version).toBe(2);
});

test('a line in the cart is raised to the ordered quantity, and never added to or lowered', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('RAISED'), 3);
  await shopper.put(await addProduct('KEPT'), 1);
  const id = await orderOf(shopper);
  await cancel(shopper, id);
  await shopper.put('RAISED', 1);
  await shopper.put('KEPT', 7);
  await putBack(shopper, id);
  expect(new Map((await linesOf(shopper)) as [string, number][])).toEqual(
    new Map([
      ['RAISED', 3],
      ['KEPT', 7],
    ]),
  );
});

test('a declined order is cancelled first, so that its items are not held twice', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('HELD', { available: 5 }), 2);
  const id = await orderOf(shopper);
  await db().$executeRaw`UPDATE orders SET status = 'payment_declined' WHERE id = ${id}::uuid`;
  expect(await availableOf('HELD')).toBe(3);
  expect(await putBack(shopper, id)).toBe('/cart?restored');
  expect(await availableOf('HELD')).toBe(5);
  expect(await linesOf(shopper)).toEqual([['HELD', 2]]);
});

test('a live order is left alone, and so is the order of another shopper', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('ALIVE'));
  const id = await orderOf(shopper);
  expect(await putBack(shopper, id)).toBe(`/orders/${id}`);
  expect(await linesOf(shopper)).toEqual([]);

  const stranger = await shopperWith(callHandlers, await addProduct('STRANGER'));
  await cancel(shopper, id);
  expect(await putBack(stranger, id)).toBe('/orders');
  expect(await linesOf(stranger)).toEqual([['STRANGER', 1]]);
  expect(await putBack(shopper, 'no-uuid')).toBe('/orders');
});

test('an item that the shop no longer sells is reported by name', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('STILL'));
  await shopper.put(await addProduct('NO-MORE'), 1);
  const id = await orderOf(shopper);
  await cancel(shopper, id);
  await db().$executeRaw`DELETE FROM stock WHERE sku = 'NO-MORE'`;
  await db().$executeRaw`DELETE FROM variant WHERE sku = 'NO-MORE'`;
  await putBack(shopper, id);
  expect(await shopper.cart()).toMatchObject({
    lines: [{ sku: 'STILL' }],
    removed: [{ title: 'Product NO-MORE' }],
  });
});
