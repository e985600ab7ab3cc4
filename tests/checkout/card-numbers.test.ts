import { afterEach, expect, test } from 'vitest';
import { checkoutDraftCookie, readCheckoutDraft } from '#lib/checkout/checkout-draft.ts';
import type { Submission } from '#lib/checkout/submission/schema.ts';
import { toOrderRequest } from '#lib/checkout/submission/to-order-request.ts';
import { db } from '#lib/platform/database/db.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { address, type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { conforming } from '#tests/support/contract/conforming.ts';
import { movesNothing } from '#tests/support/contract/hostile-orders.ts';
import { keepLogLines } from '#tests/support/log-lines.ts';
import { card, cardBody, declinedCard, orderOf } from '#tests/support/money.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct } from '#tests/support/shop/shop.ts';

/**
 * A client sends a card number in place of the provider's token. What broke: it made an order, and the number
 * was stored in the table of payments.
 */
const { simulator, redis } = await openPayingShop();
const call = conforming(callHandlers);
const sku = await addProduct('NUMBERS');
const lines = keepLogLines();
const number = '4242424242424242';
const written = [number, '4242 4242 4242 4242', '4242-4242-4242-4242', ` ${number} `, '378282246310005'];

afterEach(() => {
  for (const text of written) expect(JSON.stringify(lines)).not.toContain(text);
});

async function expectRefused(response: Response, path: string) {
  const text = await response.text();
  expect([response.status, JSON.parse(text)]).toMatchObject([
    400,
    { code: 'invalid_request', fields: [{ path, message: expect.stringContaining('card number') }] },
  ]);
  expect(JSON.parse(text).fields).toHaveLength(1);
  for (const one of written) expect(text).not.toContain(one);
}

test.each(written)(
  'an order whose card is %j is refused, and the number is stored nowhere',
  async (token) => {
    const shopper = await shopperWith(call, sku);
    const body = await cardBody(shopper, token);
    await expectRefused(await movesNothing(simulator, () => shopper.order(body)), 'payment.token');
    // The same cart is ordered with a token that the provider knows.
    expect((await shopper.order({ ...body, ...card() })).status).toBe(201);
  },
);

test.each(written)('an attempt to pay with %j is refused and does not count as an attempt', async (token) => {
  const shopper = await shopperWith(call, sku);
  expect((await shopper.order(await cardBody(shopper, declinedCard))).status).toBe(402);
  const { id } = await orderOf(shopper);
  const pay = (attempt: { attempt: number; method: string; token: string }) =>
    shopper.send('POST', `/api/orders/${id}/payments`, attempt);
  const attempt = { attempt: 2, method: 'card', token };
  await expectRefused(await movesNothing(simulator, () => pay(attempt)), 'token');
  const form = new URLSearchParams({ ...attempt, attempt: '2' });
  const byForm = await movesNothing(simulator, () =>
    shopper.request(`/api/orders/${id}/payments`, { method: 'POST', body: form }),
  );
  expect([byForm.status, byForm.headers.get('location')]).toEqual([303, `/orders/${id}`]);
  expect((await pay({ ...attempt, token: 'pm_card_visa' })).status).toBe(201);
});

function draftOf(response: Response, shopper: Shopper) {
  const [cookie = ''] = response.headers.getSetCookie();
  const value = cookie.slice(checkoutDraftCookie.length + 1).split(';')[0];
  return readCheckoutDraft(shopper.userId, value);
}

test.each(written)('a form whose card is %j returns to the checkout without it', async (token) => {
  const shopper = await shopperWith(call, sku);
  const body = await cardBody(shopper, token);
  const response = await movesNothing(simulator, () => shopper.orderByForm(body));
  expect([response.status, response.headers.get('location')]).toEqual([303, '/checkout']);
  const draft = draftOf(response, shopper);
  expect(draft?.problem?.fields).toEqual([
    { path: 'payment.token', message: expect.stringContaining('card number') },
  ]);
  expect(draft?.values).toMatchObject({ email: body.email, 'payment.method': 'card' });
  expect(draft?.values).not.toHaveProperty(['payment.token']);
});

test('a choice of shipping does not store a card number either', async () => {
  const shopper = await shopperWith(call, sku);
  const body = new URLSearchParams({ 'payment.token': number, shippingMethod: 'express' });
  const { POST } = await import('#app/(checkout)/checkout/totals/route.ts');
  const headers = { cookie: shopper.cookie };
  const response = await POST(
    new Request('http://shop.test/checkout/totals', { method: 'POST', headers, body }),
    undefined,
  );
  expect(draftOf(response, shopper)?.values).toEqual({ shippingMethod: 'express' });
});

test('a key that is a card number is refused and not repeated', async () => {
  const shopper = await shopperWith(call, sku);
  const body = await cardBody(shopper);
  const response = await movesNothing(simulator, () => shopper.order({ ...body, submitToken: number }));
  const text = await response.text();
  expect([response.status, text.includes(number)]).toEqual([400, false]);
});

// Post offices, buildings and lockers have numbers as long as a card's.
test('a long number in an address is part of the address', async () => {
  const shopper = await shopperWith(call, sku);
  const body = await shopper.body({ shippingAddress: { ...address, line2: `Locker ${number}` } });
  expect((await shopper.order(body)).status).toBe(201);
});

test('an order and an attempt that were stored with a card number still get their answer', async () => {
  const shopper = await shopperWith(call, sku);
  const body = await cardBody(shopper, declinedCard);
  expect((await shopper.order(body)).status).toBe(402);
  const { id } = await orderOf(shopper);
  const attempt = { attempt: 2, method: 'card', token: declinedCard };
  const pay = (token: string) => shopper.send('POST', `/api/orders/${id}/payments`, { ...attempt, token });
  expect((await pay(declinedCard)).status).toBe(402);
  // The rows of a shop that accepted the number as a token.
  const userId = shopper.userId;
  const earlier = { ...body, ...card(number) };
  const { bodyHash } = toOrderRequest(userId, earlier as unknown as Submission);
  await db().order.updateMany({ where: { userId, id }, data: { bodyHash } });
  await db().payment.updateMany({ where: { userId, orderId: id }, data: { token: number } });
  await redis.flush();

  for (const response of [await shopper.order(earlier), await pay(number)]) {
    expect([response.status, response.headers.get('idempotent-replayed')]).toEqual([402, 'true']);
    expect(await response.text()).not.toContain(number);
  }
  await expectRefused(await movesNothing(simulator, () => pay('378282246310005')), 'token');
});
