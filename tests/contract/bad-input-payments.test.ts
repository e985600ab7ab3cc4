import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { Shopper } from '#proof/harness/shopper/shopper.ts';
import { conforming } from '#tests/support/contract/conforming.ts';
import {
  hostile,
  hostileBytes,
  hostileContentType,
  hostileHeader,
  hostileSegment,
  hostileText,
  nearly,
} from '#tests/support/contract/hostile-input.ts';
import { existingOrders, movesNothing } from '#tests/support/contract/hostile-orders.ts';
import { declinedCard } from '#tests/support/money.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { availableOf } from '#tests/support/shop/shop.ts';

/**
 * Requests about existing orders: to pay, to cancel, or to return from the bank. Each bad one is refused as
 * the contract says, and neither the shop nor its provider moves money or stock.
 */
const { simulator } = await openPayingShop();
const call = conforming(callHandlers);
const { shopper, orders, one, add } = await existingOrders(call, simulator);
const owned = fc.constantFrom(...orders);
const runs = { numRuns: 50 };

/** Pays the one order that waits for another card, and none of the others. */
const valid = { attempt: 2, method: 'card', token: 'pm_card_mastercard' };
const isToken = (value: unknown) => typeof value === 'string' && /^[\w-]{1,255}$/.test(value);

test('a payment with any one member replaced by any value pays nothing', async () => {
  const changed = fc.oneof(
    fc.record({ attempt: fc.oneof(hostile, nearly('2'), fc.integer()).filter((value) => value !== 2) }),
    fc.record({ method: fc.oneof(hostile, nearly('card'), fc.constant('invoice')) }),
    fc.record({ token: fc.oneof(hostile, nearly(valid.token)).filter((value) => !isToken(value)) }),
  );
  await fc.assert(
    fc.asyncProperty(owned, changed, async ({ id }, change) => {
      const response = await movesNothing(simulator, () =>
        shopper.send('POST', `/api/orders/${id}/payments`, { ...valid, ...change }),
      );
      expect([400, 409, 413, 422]).toContain(response.status);
    }),
    runs,
  );
});

test('a form payment with any value in a field pays nothing and returns to the order', async () => {
  const changed = fc.oneof(
    fc.record({ attempt: hostileText.filter((text) => !/^0*2$/.test(text)) }),
    fc.record({ method: hostileText }),
    fc.record({ token: hostileText.filter((text) => !isToken(text)) }),
  );
  await fc.assert(
    fc.asyncProperty(owned, changed, async ({ id }, change) => {
      const body = new URLSearchParams({ ...valid, attempt: '2', ...change });
      const response = await movesNothing(simulator, () =>
        shopper.request(`/api/orders/${id}/payments`, { method: 'POST', body }),
      );
      expect([response.status, response.headers.get('location')]).toEqual([303, `/orders/${id}`]);
    }),
    runs,
  );
});

test('any body under any content type pays nothing', async () => {
  await fc.assert(
    fc.asyncProperty(owned, hostileContentType, hostileBytes, async ({ id }, type, body) => {
      const headers = type ? { 'content-type': type } : undefined;
      const response = await movesNothing(simulator, () =>
        shopper.request(`/api/orders/${id}/payments`, { method: 'POST', headers, body }),
      );
      expect([303, 400, 415]).toContain(response.status);
    }),
    runs,
  );
});

test('a body that exceeds the size of a payment is refused unread', async () => {
  for (const padding of [2_048, 20_000]) {
    const body = { ...valid, padding: 'x'.repeat(padding) };
    const { id } = one('payment_declined');
    const response = await movesNothing(simulator, () =>
      shopper.send('POST', `/api/orders/${id}/payments`, body),
    );
    expect(response.status).toBe(413);
  }
});

test('a shopper can’t see, pay or cancel an order that is not their own', async () => {
  const stranger = new Shopper(call);
  await stranger.cart();
  const own = orders.flatMap(({ id }) => [id.slice(1), `{${id}}`, `urn:uuid:${id}`, `${id} `, `${id}\0`]);
  const calls = fc.oneof(
    fc.tuple(fc.constant(shopper), fc.oneof(hostileSegment, fc.uuid())),
    fc.tuple(fc.constant(shopper), fc.constantFrom(...own).map(encodeURIComponent)),
    fc.tuple(fc.constant(stranger), fc.constantFrom(...orders.map(({ id }) => id))),
  );
  const asked = fc.constantFrom('', '/payments', '/cancel');
  await fc.assert(
    fc.asyncProperty(calls, asked, fc.boolean(), async ([who, id], what, byForm) => {
      const isForm = byForm && what !== '';
      const form = () => new URLSearchParams({ ...valid, attempt: '2' });
      const response = await movesNothing(simulator, () => {
        const path = `/api/orders/${id}${what}`;
        if (what === '') return who.request(path);
        return isForm ? who.request(path, { method: 'POST', body: form() }) : who.send('POST', path, valid);
      });
      if (isForm) expect([response.status, response.headers.get('location')]).toEqual([303, '/orders']);
      else expect(response.status).toBe(404);
    }),
    runs,
  );
});

test('any cookie or origin neither pays nor cancels an order', async () => {
  const [name, value = ''] = shopper.cookie.split('=');
  const [userId, mac] = value.split('.');
  const cookies = fc.constantFrom(
    `${name}=${value}x`,
    `${name}=${userId}`,
    `${name}=${randomUUID()}.${mac}`,
    `${name}=${value.toUpperCase()}`,
    `${name?.toUpperCase()}=${value}`,
    `${name}="${value}"`,
    `${name}=${value}; ${name}=`,
  );
  const headers = fc.oneof(
    fc.record({
      cookie: fc.oneof(
        cookies,
        hostileHeader.map((text) => `${name}=${text}`),
      ),
    }),
    fc.record({ cookie: fc.constant(shopper.cookie), origin: hostileHeader }),
  );
  await fc.assert(
    fc.asyncProperty(owned, fc.constantFrom('payments', 'cancel'), headers, async ({ id }, what, given) => {
      const response = await movesNothing(simulator, () =>
        call(`/api/orders/${id}/${what}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...given },
          body: JSON.stringify(valid),
        }),
      );
      expect(response.status).toBe('origin' in given ? 403 : 401);
    }),
    runs,
  );
});

test('a token of any name is charged once, as it was sent', async () => {
  const tokens = ['__proto__', 'constructor', 'toString', '-', '0', 'x'.repeat(255), 'pi_1', declinedCard];
  const { id } = await add(declinedCard);
  for (const [index, token] of tokens.entries()) {
    const attempt = index + 2;
    const response = await shopper.send('POST', `/api/orders/${id}/payments`, { ...valid, attempt, token });
    expect([token, response.status]).toEqual([token, 402]);
    const payments = await db().payment.findMany({ where: { orderId: id }, orderBy: { attempt: 'asc' } });
    expect(payments).toHaveLength(attempt);
    expect(payments.at(-1)).toMatchObject({ attempt, token, status: 'declined' });
  }
});

test('an order with any value as its card is refused, and one with a card of any name is one order', async () => {
  await shopper.put('STANDING', 2);
  const body = await shopper.body();
  const notCards = fc.oneof(hostile, nearly(valid.token)).filter((token) => !isToken(token));
  await fc.assert(
    fc.asyncProperty(notCards, async (token) => {
      const payment = { method: 'card', token };
      const response = await movesNothing(simulator, () => shopper.order({ ...body, payment }));
      expect([400, 413]).toContain(response.status);
    }),
    { numRuns: 40 },
  );
  const response = await shopper.order({ ...body, payment: { method: 'card', token: '__proto__' } });
  expect(response.status).toBe(402);
  const { order } = (await response.json()) as { order: { id: string } };
  const payments = await db().payment.findMany({ where: { orderId: order.id } });
  expect(payments).toMatchObject([{ token: '__proto__', status: 'declined' }]);
});

test('a cancellation with any body of any type cancels its own order once', async () => {
  const available = await availableOf('STANDING');
  const sent = fc.tuple(
    hostileContentType.filter((type) => !type.includes('form')),
    hostileBytes,
  );
  await fc.assert(
    fc.asyncProperty(sent, async ([type, body]) => {
      const { id } = await add();
      const cancel = () =>
        shopper.request(`/api/orders/${id}/cancel`, {
          method: 'POST',
          headers: { 'content-type': type },
          body,
        });
      const response = await cancel();
      expect([response.status, await response.json()]).toMatchObject([200, { id, status: 'cancelled' }]);
      const again = await movesNothing(simulator, cancel);
      expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
      expect(await db().orderEvent.count({ where: { orderId: id } })).toBe(2);
    }),
    { numRuns: 12 },
  );
  expect(await availableOf('STANDING')).toBe(available);
  for (const { id, status } of orders)
    expect(await db().order.findFirstOrThrow({ where: { id } })).toMatchObject({ status });
});

test('an order that has ended or was shipped stays as it is, whatever its cancellation contains', async () => {
  const over = orders.filter(({ status }) => ['cancelled', 'refunded', 'fulfilled'].includes(status));
  expect(over).toHaveLength(3);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...over),
      hostileContentType,
      hostileBytes,
      async ({ id, status }, type, body) => {
        const headers = type ? { 'content-type': type } : undefined;
        const response = await movesNothing(simulator, () =>
          shopper.request(`/api/orders/${id}/cancel`, { method: 'POST', headers, body }),
        );
        const isForm = type === 'application/x-www-form-urlencoded';
        expect(response.status).toBe(isForm ? 303 : status === 'fulfilled' ? 409 : 200);
      },
    ),
    { numRuns: 30 },
  );
});

test('an order’s id in capitals is the same order', async () => {
  const { id } = await add(declinedCard);
  const path = `/api/orders/${id.toUpperCase()}`;
  const paid = await shopper.send('POST', `${path}/payments`, valid);
  expect([paid.status, await paid.json()]).toMatchObject([201, { order: { id, url: `/orders/${id}` } }]);
  const again = await shopper.send('POST', `/api/orders/${id}/payments`, valid);
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
  const cancelled = await shopper.send('POST', `${path}/cancel`, {});
  expect([cancelled.status, await cancelled.json()]).toMatchObject([200, { id, status: 'refunded' }]);
  expect(simulator.ledger(id).filter(({ authorized }) => authorized > 0)).toHaveLength(1);
  expect(simulator.ledger(id.toUpperCase())).toEqual([]);
});

test('a return from the bank with any parameters leads to the order’s page, and settles nothing', async () => {
  const ids = fc.oneof(fc.constantFrom(...orders.map(({ id }) => id)), fc.uuid(), hostileSegment);
  const queries = fc.oneof(
    hostileSegment.map((text) => `payment_intent=${text}&redirect_status=succeeded&${text}`),
    fc.constantFrom(
      'redirect_status=succeeded',
      'payment_intent=pi_1&payment_intent_client_secret=pi_1_secret&redirect_status=failed',
      `next=//evil.example&return_url=https://evil.example&id=${randomUUID()}`,
    ),
  );
  const cookies = fc.oneof(fc.constant(shopper.cookie), hostileHeader);
  await fc.assert(
    fc.asyncProperty(ids, queries, cookies, async (id, query, cookie) => {
      // Not an operation of the OpenAPI document: the bank sends a browser to this address.
      const response = await movesNothing(simulator, () =>
        callHandlers(`/orders/${id}/payment-return?${query}`, { headers: { cookie } }),
      );
      expect([response.status, await response.text()]).toEqual([303, '']);
      const to = new URL(response.headers.get('location') ?? '', 'http://shop.test');
      // A browser other than the one that ordered is told so on that page.
      expect([`http://shop.test/orders/${id}`, `http://shop.test/orders/${id}?returned=1`]).toContain(
        to.href,
      );
      expect(response.headers.getSetCookie()).toEqual([]);
    }),
    runs,
  );
});
