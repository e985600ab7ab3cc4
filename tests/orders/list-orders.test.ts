import { expect, test } from 'vitest';
import { readOrdersPage } from '#app/(shop)/orders/read-orders-page.ts';
import { db } from '#lib/platform/database/db.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { shopperWith } from '#proof/harness/shopper/shopper.ts';
import { cardBody, orderOf } from '#tests/support/money.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct } from '#tests/support/shop/shop.ts';

await openPayingShop();

test('a row of the list has the items with pictures, the status and the estimate of the order’s own page', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('LISTED-B'), 2);
  await shopper.put(await addProduct('LISTED-A'), 1);
  expect((await shopper.order(await cardBody(shopper))).status).toBe(201);
  const { id } = await orderOf(shopper);
  const [[row], view] = await Promise.all([
    readOrdersPage({ userId: shopper.userId, cursor: undefined }).then(({ orders }) => orders),
    shopper.request(`/orders/${id}/view`).then((response) => response.json()),
  ]);
  expect(row).toMatchObject({ id, status: 'paid', disputed: false, placedOn: view.days.placed });
  expect(row?.arrival).toMatch(/^\w{3}, \w{3} \d/);
  expect(row?.arrival).toBe(view.arrival);
  expect(row?.lines).toEqual([
    { sku: 'LISTED-A', title: 'Product LISTED-A', quantity: 1, image: '/products/none.svg' },
    { sku: 'LISTED-B', title: 'Product LISTED-B', quantity: 2, image: '/products/none.svg' },
  ]);
});

test('a disputed order is listed as disputed, without an estimate', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('LISTED-DISPUTED'));
  expect((await shopper.order(await cardBody(shopper))).status).toBe(201);
  const { id, userId } = await orderOf(shopper);
  await db().$executeRaw`
    INSERT INTO dispute (user_id, order_id, attempt, kind, status, provider_ref, amount_minor, currency, reason)
    VALUES (${userId}::uuid, ${id}::uuid, 1, 'dispute', 'open', 'dp_listed', 100, 'USD', 'fraudulent')`;
  const { orders } = await readOrdersPage({ userId, cursor: undefined });
  expect(orders).toMatchObject([{ id, status: 'paid', disputed: true, arrival: undefined }]);
});

test('the API lists what it listed before: no lines, and how many items', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('LISTED-API'), 3);
  expect((await shopper.order(await shopper.body())).status).toBe(201);
  const answer = (await (await shopper.request('/api/orders')).json()) as { orders: object[] };
  expect(answer.orders).toEqual([
    {
      id: expect.any(String),
      number: expect.any(String),
      status: 'placed',
      currency: 'USD',
      totalMinor: expect.any(Number),
      itemCount: 3,
      placedAt: expect.stringMatching(/Z$/),
    },
  ]);
});
