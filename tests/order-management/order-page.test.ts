import { expect, test } from 'vitest';
import type { OrderPageView } from '#components/orders/order-view.ts';
import { sealOrderAccess } from '#lib/order-management/order-access.ts';
import { db } from '#lib/platform/database/db.ts';
import { freshRules } from '#lib/pricing/current-rules.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { bankCard, cardBody, orderOf } from '#tests/support/money.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct } from '#tests/support/shop/shop.ts';

/** The view of an order's page: what a browser gets as data. */

await openPayingShop();

async function viewOf(id: string, { cookie = '', query = '' } = {}): Promise<OrderPageView> {
  const response = await callHandlers(`/orders/${id}/view${query}`, { headers: { cookie } });
  expect(response.headers.get('cache-control')).toBe('no-store');
  return response.json();
}

async function orderAtTheBank(sku: string): Promise<{ shopper: Shopper; id: string; userId: string }> {
  const shopper = await shopperWith(callHandlers, await addProduct(sku));
  expect((await shopper.order(await cardBody(shopper, bankCard))).status).toBe(201);
  const { id, userId } = await orderOf(shopper);
  return { shopper, id, userId };
}

// What broke: with a link from an email, the page got the bank's address and could have paid.
test('a holder of an order’s link can read the order, and gets nothing with which to pay or cancel it', async () => {
  const { shopper, id, userId } = await orderAtTheBank('READ-ONLY');
  const own = await viewOf(id, { cookie: shopper.cookie });
  expect(own).toMatchObject({ kind: 'order', own: true, order: { id, status: 'payment_pending' } });
  expect(JSON.stringify(own)).toContain('"actionUrl":"http');

  const access = sealOrderAccess({ userId, orderId: id, issuedAt: new Date() });
  const linked = await viewOf(id, { query: `?${new URLSearchParams({ access })}` });
  expect(linked).toMatchObject({
    kind: 'order',
    own: false,
    order: { id, status: 'payment_pending', payable: null, cancellable: false, holdUntil: null },
  });
  expect(JSON.stringify(linked)).not.toContain('actionUrl');
  expect(linked).not.toHaveProperty('cardEntry');
});

test('an order of another shopper is not found, with or without a link to another order', async () => {
  const [one, other] = [await orderAtTheBank('ONE'), await orderAtTheBank('OTHER')];
  expect(await viewOf(one.id, { cookie: other.shopper.cookie })).toEqual({ kind: 'not_found' });
  const access = sealOrderAccess({ userId: other.userId, orderId: other.id, issuedAt: new Date() });
  expect(await viewOf(one.id, { query: `?${new URLSearchParams({ access })}` })).toEqual({
    kind: 'not_found',
  });
  expect(await viewOf('not-an-order')).toEqual({ kind: 'not_found' });
});

test('the page of a paid order knows the first name, the days of its progress, and when it should arrive', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('CONFIRMED'));
  expect((await shopper.order(await cardBody(shopper))).status).toBe(201);
  const { id, userId } = await orderOf(shopper);
  // A Friday evening in UTC, paid after the weekend.
  await db().$executeRaw`
    UPDATE orders SET placed_at = '2027-01-01T20:00Z' WHERE user_id = ${userId}::uuid AND id = ${id}::uuid`;
  await db().$executeRaw`
    UPDATE order_event SET at = '2027-01-04T09:00Z'
    WHERE user_id = ${userId}::uuid AND order_id = ${id}::uuid AND to_status = 'paid'`;
  const view = { firstName: 'Ada', days: { placed: 'January 1, 2027', paid: 'January 4, 2027' } };
  const seen = await viewOf(id, { cookie: shopper.cookie });
  expect(seen).toMatchObject({ ...view, arrival: 'Thu, Jan 7 – Mon, Jan 11' });

  // Without delivery days the shop promises none.
  await db().$executeRaw`UPDATE shipping_method SET min_days = NULL, max_days = NULL WHERE id = 'standard'`;
  await freshRules();
  const unknown = await viewOf(id, { cookie: shopper.cookie });
  expect(unknown).toMatchObject(view);
  expect(unknown).not.toHaveProperty('arrival');
});
