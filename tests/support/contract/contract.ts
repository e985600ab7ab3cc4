import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import type { Call } from '#proof/harness/shopper/call.ts';
import { address, Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { conforming } from '#tests/support/contract/conforming.ts';
import { metricsEnv } from '#tests/support/metrics.ts';
import { addProduct, availableOf, soldOf } from '#tests/support/shop/shop.ts';
import type { TestShop } from '#tests/support/shop/test-shop.ts';

export interface ContractOptions {
  /** A shop that was opened with `contractEnv`. */
  shop: TestShop;
  /** How it is called: its handlers, or over a socket. */
  call: Call;
  /** The origin of the shop's own pages. */
  origin: string;
  /** The answer to an invalid address: the shop's 404, or the 400 of a server in front of it. */
  unreadableAddress?: 400 | 404;
}

/** The configuration that these tests need. */
export const contractEnv = { RATE_LIMIT_SHOPPER_PER_MIN: '3', ...metricsEnv };

/** Checks the members that every problem has, and returns the problem. */
async function problemOf(response: Response) {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(response.headers.get('x-request-id')).toBeTruthy();
  const problem = (await response.json()) as Record<string, never>;
  expect(problem).toMatchObject({
    status: response.status,
    code: expect.any(String),
    detail: expect.any(String),
  });
  expect(typeof problem.retryable).toBe('boolean');
  return problem;
}

/**
 * Every row of the contract's table for `POST /api/orders`, and the related calls, against any host of the
 * shop. Every answer is also checked against the OpenAPI document.
 */
export function describeContract({
  shop,
  call: bareCall,
  origin,
  unreadableAddress = 404,
}: ContractOptions): void {
  const call = conforming(bareCall);

  describe('POST /api/orders', () => {
    test('an accepted order is answered with only those fields that never change', async () => {
      const sku = await addProduct('ACCEPT', { priceMinor: 4_100 });
      const shopper = await shopperWith(call, sku);
      const body = await shopper.body();
      const response = await shopper.order(body);
      expect(response.status).toBe(201);
      const { outcome, order } = (await response.json()) as {
        outcome: string;
        order: Record<string, unknown>;
      };
      expect(outcome).toBe('accepted');
      expect(Object.keys(order).sort()).toEqual([
        'currency',
        'id',
        'number',
        'statusUrl',
        'totalMinor',
        'url',
      ]);
      expect(order).toMatchObject({ totalMinor: 4_599, currency: 'USD', url: `/orders/${order.id}` });
      expect(response.headers.get('location')).toBe(`/orders/${order.id}`);
      expect(response.headers.get('idempotent-replayed')).toBeNull();
      expect(response.headers.get('x-request-id')).toBeTruthy();
      expect(response.headers.get('cache-control')).toBe('no-store');
    });

    test('the same submission again gets the same status and bytes, marked as a replay', async () => {
      const shopper = await shopperWith(call, await addProduct('REPLAY'));
      const body = await shopper.body();
      const first = await shopper.order(body);
      const bytes = await first.text();
      for (const flush of [false, true]) {
        // Once with the answer in Redis, and once from the database alone, as if years had passed.
        if (flush) await shop.redis.flush();
        const again = await shopper.order(body);
        expect(again.status).toBe(201);
        expect(await again.text()).toBe(bytes);
        expect(again.headers.get('location')).toBe(first.headers.get('location'));
        expect(again.headers.get('idempotent-replayed')).toBe('true');
      }
      expect(await soldOf('REPLAY')).toEqual({ orders: 1, quantity: 1 });
    });

    test('a replay is answered although its token’s secret was retired and the catalogue has changed', async () => {
      const shopper = await shopperWith(call, await addProduct('ROTATED'));
      const body = await shopper.body();
      const bytes = await (await shopper.order(body)).text();
      // A token of a retired secret no longer matches any checkout.
      const retired = randomUUID().replace(/^(.{14})./, '$18');
      await db()
        .$executeRaw`UPDATE orders SET submit_token = ${retired}::uuid WHERE submit_token = ${body.submitToken}::uuid`;
      await db().$executeRaw`UPDATE variant SET price_minor = 99999 WHERE sku = 'ROTATED'`;
      const again = await shopper.order({ ...body, submitToken: retired });
      expect([again.status, await again.text()]).toEqual([201, bytes]);
    });

    test('another token of an ordered cart gets that order', async () => {
      const shopper = await shopperWith(call, await addProduct('SECONDTAB'));
      const body = await shopper.body();
      const otherTab = await shopper.body({ shippingMethod: 'express' });
      expect(otherTab.submitToken).not.toBe(body.submitToken);
      const { order } = (await (await shopper.order(body)).json()) as { order: unknown };
      const second = await shopper.order(otherTab);
      expect(second.status).toBe(200);
      expect(await second.json()).toEqual({ outcome: 'already_ordered', order });
      expect(await soldOf('SECONDTAB')).toEqual({ orders: 1, quantity: 1 });
    });

    test('the same purchase from another cart needs a confirmation, and then makes a second order', async () => {
      const shopper = await shopperWith(call, await addProduct('TWIN'));
      const first = (await (await shopper.order(await shopper.body())).json()) as { order: { url: string } };
      await shopper.put('TWIN', 1);
      const body = await shopper.body();
      const asked = await shopper.order(body);
      expect(asked.status).toBe(409);
      expect(await problemOf(asked)).toMatchObject({
        code: 'possible_duplicate',
        order: { url: first.order.url },
      });
      expect((await soldOf('TWIN')).orders).toBe(1);
      const confirmed = await shopper.order({ ...body, confirmDuplicate: true });
      expect(confirmed.status).toBe(201);
      expect(confirmed.headers.get('idempotent-replayed')).toBeNull();
      expect((await soldOf('TWIN')).orders).toBe(2);
    });

    test('a submission that another process is working on gets in_progress after two seconds', async () => {
      const shopper = await shopperWith(call, await addProduct('BUSY'));
      const body = await shopper.body();
      const userId = shopper.cookie.split('=')[1]?.split('.')[0];
      await shop.redis.command(
        'SET',
        `once:{${userId}}:submission:${body.submitToken}`,
        'pother-process',
        'PX',
        '60000',
      );
      const began = performance.now();
      const response = await shopper.order(body);
      expect(performance.now() - began).toBeGreaterThan(1_900);
      expect(response.status).toBe(409);
      expect(await problemOf(response)).toMatchObject({ code: 'in_progress', retryable: true });
      expect(response.headers.get('retry-after')).toBe('1');
      expect(response.headers.get('location')).toBe(`/api/submissions/${body.submitToken}`);
      const state = await shopper.request(`/api/submissions/${body.submitToken}`);
      expect(await state.json()).toEqual({ state: 'in_progress' });
      // The other process died. When its lease expires, the order can be placed.
      await shop.redis.flush();
      expect((await shopper.order(body)).status).toBe(201);
    });

    test('a claim whose owner died after its commit does not hide the order', async () => {
      const shopper = await shopperWith(call, await addProduct('DIED'));
      const body = await shopper.body();
      const bytes = await (await shopper.order(body)).text();
      const userId = shopper.cookie.split('=')[1]?.split('.')[0];
      await shop.redis.command(
        'SET',
        `once:{${userId}}:submission:${body.submitToken}`,
        'pdead',
        'PX',
        '60000',
      );
      const again = await shopper.order(body);
      expect([again.status, await again.text()]).toEqual([201, bytes]);
    });

    test.each([
      ['the cart was edited', async (shopper: Shopper) => void (await shopper.put('CHANGED', 2))],
      [
        'a price changed',
        async () =>
          void (await db()
            .$executeRaw`UPDATE variant SET price_minor = price_minor + 1 WHERE sku = 'CHANGED'`),
      ],
    ])('when %s, the shopper gets the current quote and no order', async (_, change) => {
      await addProduct('CHANGED').catch(() => undefined);
      const shopper = await shopperWith(call, 'CHANGED');
      const body = await shopper.body();
      await change(shopper);
      const response = await shopper.order(body);
      expect(response.status).toBe(409);
      const problem = await problemOf(response);
      expect(problem).toMatchObject({ code: 'cart_changed', quote: await shopper.quote() });
      expect((await soldOf('CHANGED')).orders).toBe(0);
    });

    test('a token with another shipping method than it was quoted for makes no order', async () => {
      const shopper = await shopperWith(call, await addProduct('METHOD'));
      const response = await shopper.order({ ...(await shopper.body()), shippingMethod: 'express' });
      expect(await problemOf(response)).toMatchObject({
        code: 'cart_changed',
        quote: await shopper.quote('?shippingMethod=express'),
      });
    });

    test('a token of an emptied cart gets no quote and makes no order', async () => {
      const shopper = await shopperWith(call, await addProduct('EMPTIED'));
      const body = await shopper.body();
      await shopper.put('EMPTIED', 0);
      expect(await problemOf(await shopper.order(body))).toMatchObject({ code: 'cart_changed', quote: null });
    });

    test('insufficient stock names the missing items and creates nothing', async () => {
      const shopper = await shopperWith(call, await addProduct('SHORT', { available: 2 }), 3);
      const response = await shopper.order(await shopper.body());
      expect(response.status).toBe(409);
      expect(await problemOf(response)).toMatchObject({
        code: 'out_of_stock',
        items: [{ sku: 'SHORT', requested: 3, available: 2 }],
      });
      expect(await availableOf('SHORT')).toBe(2);
      await shopper.put('SHORT', 2);
      expect((await shopper.order(await shopper.body())).status).toBe(201);
      expect(await availableOf('SHORT')).toBe(0);
    });

    test.each([
      ['no key', { submitToken: undefined }, 'submitToken'],
      ['a key that is not a UUID', { submitToken: 'abc' }, 'submitToken'],
      ['no email', { email: undefined }, 'email'],
      ['an invalid email', { email: 'ada@' }, 'email'],
      ['a fraction of a cent', { totalMinor: 12.5 }, 'totalMinor'],
      ['a total as text', { totalMinor: '1250' }, 'totalMinor'],
      ['a version of zero', { cartVersion: 0 }, 'cartVersion'],
      ['an address without a city', { shippingAddress: { ...address, city: ' ' } }, 'shippingAddress.city'],
      [
        'a country that we do not ship to',
        { shippingAddress: { ...address, country: 'XX' } },
        'shippingAddress.country',
      ],
      [
        'a name with a zero byte',
        { shippingAddress: { ...address, name: 'A\u0000B' } },
        'shippingAddress.name',
      ],
      [
        'half a surrogate pair',
        { shippingAddress: { ...address, line1: 'x\ud800' } },
        'shippingAddress.line1',
      ],
      [
        'a payment method that is not offered',
        { payment: { method: 'card', token: 'pm_card_visa' } },
        'payment.method',
      ],
    ])('%s is refused, and the error names the field', async (_, change, path) => {
      await addProduct('INVALID').catch(() => undefined);
      const shopper = await shopperWith(call, 'INVALID');
      const body = { ...(await shopper.body()), ...change };
      const response = await shopper.send('POST', '/api/orders', body);
      expect(response.status).toBe(400);
      const problem = await problemOf(response);
      expect(problem.code).toBe('invalid_request');
      expect((problem.fields as unknown as { path: string }[]).map((field) => field.path)).toContain(path);
      expect(problem.detail).toContain(path);
    });

    test('different keys in the header and in the body are refused', async () => {
      const shopper = await shopperWith(call, await addProduct('TWOKEYS'));
      const response = await shopper.order(await shopper.body(), { 'idempotency-key': randomUUID() });
      expect(response.status).toBe(400);
    });

    test('the key may be in the header alone or in the body alone', async () => {
      await addProduct('ONEKEY');
      const inHeader = await shopperWith(call, 'ONEKEY');
      const { submitToken, ...rest } = await inHeader.body();
      const response = await inHeader.send('POST', '/api/orders', rest, { 'idempotency-key': submitToken });
      expect(response.status).toBe(201);
      const inBody = await shopperWith(call, 'ONEKEY');
      expect((await inBody.send('POST', '/api/orders', await inBody.body())).status).toBe(201);
    });

    test('a body that is not JSON is refused', async () => {
      const shopper = await shopperWith(call, await addProduct('NOTJSON'));
      const response = await shopper.request('/api/orders', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"submitToken":',
      });
      expect(response.status).toBe(400);
    });

    test('without a session there is no order', async () => {
      const shopper = await shopperWith(call, await addProduct('NOSESSION'));
      const body = await shopper.body();
      for (const cookie of ['', `once_session=${randomUUID()}.${'A'.repeat(43)}`]) {
        shopper.cookie = cookie;
        const response = await shopper.order(body);
        expect(response.status).toBe(401);
        expect(await problemOf(response)).toMatchObject({ code: 'session_required' });
      }
    });

    test("another shopper's token, or an invented one, is refused as invalid", async () => {
      await addProduct('STOLEN');
      const victim = await shopperWith(call, 'STOLEN');
      const body = await victim.body();
      const thief = await shopperWith(call, 'STOLEN');
      for (const attempt of [
        body,
        { ...(await thief.body()), submitToken: body.submitToken },
        { ...(await thief.body()), submitToken: randomUUID() },
      ]) {
        const response = await thief.order(attempt);
        expect(response.status).toBe(422);
        expect(await problemOf(response)).toMatchObject({ code: 'token_invalid' });
      }
      expect((await soldOf('STOLEN')).orders).toBe(0);
    });

    test.each([
      ['email', { email: 'eve@example.com' }],
      ['address', { shippingAddress: { ...address, line1: 'Elsewhere 1' } }],
      ['total', { totalMinor: 1 }],
    ])('an order’s key with another %s is refused', async (name, change) => {
      const sku = await addProduct(`REUSED-${name}`);
      const shopper = await shopperWith(call, sku);
      const body = await shopper.body();
      expect((await shopper.order(body)).status).toBe(201);
      for (const flush of [false, true]) {
        if (flush) await shop.redis.flush();
        const response = await shopper.order({ ...body, ...change });
        expect(response.status).toBe(422);
        expect(await problemOf(response)).toMatchObject({ code: 'key_reused' });
      }
    });

    test('a body that is too large, a foreign content type and a foreign origin are refused', async () => {
      const shopper = await shopperWith(call, await addProduct('HTTP'));
      const body = await shopper.body();
      const large = await shopper.order({ ...body, note: 'x'.repeat(20_000) });
      expect([large.status, (await problemOf(large)).code]).toEqual([413, 'payload_too_large']);
      const typed = await shopper.order(body, { 'content-type': 'text/plain' });
      expect([typed.status, (await problemOf(typed)).code]).toEqual([415, 'unsupported_media_type']);
      for (const headers of [
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { 'sec-fetch-site': 'cross-site' },
      ] as Record<string, string>[]) {
        const foreign = await shopper.order(body, headers);
        expect([foreign.status, (await problemOf(foreign)).code]).toEqual([403, 'foreign_origin']);
      }
      expect((await soldOf('HTTP')).orders).toBe(0);
      const own = await shopper.order(body, { origin, host: new URL(origin).host });
      expect(own.status).toBe(201);
    });

    test('fresh submissions are rate limited, replays of orders are not', async () => {
      const shopper = await shopperWith(call, await addProduct('QUOTA', { available: 1 }));
      const body = await shopper.body();
      const first = await shopper.order(body);
      expect(first.status).toBe(201);
      const statuses: number[] = [];
      for (let count = 0; count < 4; count += 1) {
        await shopper.put('QUOTA', count + 2);
        const response = await shopper.order(await shopper.body());
        statuses.push(response.status);
        if (response.status === 429) {
          expect(await problemOf(response)).toMatchObject({ code: 'rate_limited', retryable: true });
          expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
        }
      }
      // Three a minute: the order, and two that found no stock. The rest is limited.
      expect(statuses).toEqual([409, 409, 429, 429]);
      for (let count = 0; count < 5; count += 1) expect((await shopper.order(body)).status).toBe(201);
      // The same when Redis still has the quota but no longer the answer.
      const userId = shopper.cookie.split('=')[1]?.split('.')[0];
      await shop.redis.command('DEL', `once:{${userId}}:submission:${body.submitToken}`);
      const forgotten = await shopper.order(body);
      expect([forgotten.status, forgotten.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    });
  });

  describe('a form post', () => {
    test('redirects to the order page, and a second post redirects to the same page', async () => {
      const shopper = await shopperWith(call, await addProduct('FORM'));
      const body = await shopper.body();
      const [first, second] = [await shopper.orderByForm(body), await shopper.orderByForm(body)];
      expect(first.status).toBe(303);
      expect(first.headers.get('location')).toMatch(/^\/orders\/[0-9a-f-]{36}$/);
      expect(second.headers.get('location')).toBe(first.headers.get('location'));
      expect((await soldOf('FORM')).orders).toBe(1);
    });

    test('and a JSON post of the same submission make one order', async () => {
      const shopper = await shopperWith(call, await addProduct('BOTH'));
      const body = await shopper.body();
      const form = await shopper.orderByForm(body);
      const json = await shopper.order(body);
      expect(json.status).toBe(201);
      expect(json.headers.get('idempotent-replayed')).toBe('true');
      expect(json.headers.get('location')).toBe(form.headers.get('location'));
    });

    test('that is refused redirects to the checkout with the problem and everything that was typed', async () => {
      const { checkoutDraftCookie, readCheckoutDraft } = await import('#lib/checkout/checkout-draft.ts');
      const shopper = await shopperWith(call, await addProduct('TYPED', { available: 0 }));
      const body = await shopper.body({ email: 'ada@example.com' });
      const draftOf = (response: Response) => {
        expect([response.status, response.headers.get('location')]).toEqual([303, '/checkout']);
        const cookie = response.headers.getSetCookie().find((value) => value.startsWith(checkoutDraftCookie));
        return readCheckoutDraft(
          shopper.userId,
          cookie?.split(';')[0]?.slice(checkoutDraftCookie.length + 1),
        );
      };
      const short = draftOf(await shopper.orderByForm(body));
      expect(short?.problem).toMatchObject({
        code: 'out_of_stock',
        items: [{ sku: 'TYPED', requested: 1, available: 0 }],
      });
      expect(short?.values).toMatchObject({
        email: 'ada@example.com',
        shippingMethod: 'standard',
        'payment.method': 'invoice',
        'shippingAddress.line1': address.line1,
      });
      expect(short?.values).not.toHaveProperty('submitToken');
      const wrong = draftOf(await shopper.orderByForm({ ...body, email: 'not an address' }));
      expect(wrong?.problem?.fields?.map(({ path }) => path)).toEqual(['email']);
      expect(wrong?.values.email).toBe('not an address');
    });
  });

  describe('the other calls', () => {
    test('health and ready report that the shop is up', async () => {
      expect((await call('/api/health')).status).toBe(200);
      const ready = await call('/api/ready');
      expect([ready.status, await ready.json()]).toEqual([
        200,
        { status: 'ready', database: 'up', redis: 'up' },
      ]);
    });

    test('reading a cart for the first time creates a session and writes nothing', async () => {
      const shopper = new Shopper(call);
      const cart = await shopper.cart();
      expect(shopper.cookie).toMatch(/^once_session=/);
      expect(cart).toMatchObject({ version: 1, currency: 'USD', lines: [], subtotalMinor: 0 });
      expect(await db().cart.count({ where: { id: cart.id } })).toBe(0);
      const quote = await shopper.request('/api/checkout');
      expect([quote.status, (await problemOf(quote)).code]).toEqual([409, 'cart_empty']);
      // The first line is added to the cart whose id was shown.
      expect((await shopper.put(await addProduct('FIRSTLINE'), 1)).id).toBe(cart.id);
    });

    test('setting a line replaces its quantity, and an unchanged quantity adds no version', async () => {
      const shopper = await shopperWith(call, await addProduct('LINE', { priceMinor: 300 }));
      const cart = await shopper.put('LINE', 2);
      expect(cart.lines).toEqual([
        { sku: 'LINE', title: 'Product LINE', quantity: 2, unitPriceMinor: 300, lineTotalMinor: 600 },
      ]);
      expect((await shopper.put('LINE', 2)).version).toBe(cart.version);
      expect(await shopper.put('LINE', 0)).toMatchObject({ version: cart.version + 1, lines: [] });
    });

    test('an edit with If-Match is refused when the cart has changed meanwhile', async () => {
      const shopper = await shopperWith(call, await addProduct('IFMATCH'));
      const { version } = await shopper.cart();
      const edit = (ifMatch: string, quantity: number) =>
        shopper.send('PUT', '/api/cart/lines/IFMATCH', { quantity }, { 'if-match': ifMatch });
      expect((await edit(`"${version}"`, 2)).status).toBe(200);
      const late = await edit(`"${version}"`, 5);
      expect([late.status, (await problemOf(late)).code]).toEqual([412, 'precondition_failed']);
      expect((await edit('nonsense', 5)).status).toBe(400);
      expect((await shopper.cart()).lines[0]?.quantity).toBe(2);
    });

    test.each([
      ['an unknown sku', 'NO-SUCH-SKU', { quantity: 1 }, 404],
      ['a sku that cannot be one', '%00', { quantity: 1 }, unreadableAddress],
      ['a negative quantity', 'QTY', { quantity: -1 }, 400],
      ['too large a quantity', 'QTY', { quantity: 100 }, 400],
      ['half an item', 'QTY', { quantity: 0.5 }, 400],
      ['no quantity', 'QTY', {}, 400],
    ])('%s is refused', async (_, sku, body, status) => {
      const response = await new Shopper(call).send('PUT', `/api/cart/lines/${sku}`, body);
      expect(response.status).toBe(status);
      await problemOf(response);
    });

    test('a quote adds up and offers the methods with their prices', async () => {
      const shopper = await shopperWith(call, await addProduct('QUOTE', { priceMinor: 2_000 }), 2);
      const quote = await shopper.quote('?shippingMethod=express&country=DE');
      expect(quote).toMatchObject({
        subtotalMinor: 4_000,
        shippingMinor: 3_499,
        taxMinor: 1_425,
        discountMinor: 0,
        totalMinor: 8_924,
      });
      expect(quote.shippingMethods).toContainEqual({
        id: 'express',
        label: expect.any(String),
        priceMinor: 3_499,
      });
      expect(quote.paymentMethods).toEqual([{ id: 'invoice', label: expect.any(String) }]);
      const wrong = await shopper.request('/api/checkout?country=XX');
      expect([wrong.status, (await problemOf(wrong)).fields]).toMatchObject([400, [{ path: 'country' }]]);
    });

    test('an order is visible only to its owner', async () => {
      const shopper = await shopperWith(call, await addProduct('OWNER'), 2);
      const { order } = (await (await shopper.order(await shopper.body())).json()) as {
        order: { id: string; number: string; statusUrl: string };
      };
      const live = await shopper.request(order.statusUrl);
      expect(await live.json()).toMatchObject({
        id: order.id,
        number: order.number,
        status: 'placed',
        version: 1,
        currency: 'USD',
        totalMinor: 2_999,
        lines: [{ sku: 'OWNER', quantity: 2, unitPriceMinor: 1_250 }],
        payments: [{ attempt: 1, status: 'due', amountMinor: 2_999 }],
        placedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      });
      const stranger = new Shopper(call);
      await stranger.cart();
      for (const path of [order.statusUrl, `/api/orders/${randomUUID()}`, '/api/orders/nonsense']) {
        const response = await stranger.request(path);
        expect([response.status, (await problemOf(response)).code]).toEqual([404, 'not_found']);
      }
      const cancel = await stranger.send('POST', `${order.statusUrl}/cancel`, {});
      expect(cancel.status).toBe(404);
      expect(await (await stranger.request('/api/orders')).json()).toEqual({ orders: [], nextCursor: null });
    });

    test('a submission’s state can be read before, during and after it is sent', async () => {
      const shopper = await shopperWith(call, await addProduct('STATE'));
      const body = await shopper.body();
      const state = async () => (await shopper.request(`/api/submissions/${body.submitToken}`)).json();
      expect(await state()).toEqual({ state: 'unknown' });
      const response = await shopper.order(body);
      expect(await state()).toEqual({ state: 'done', orderUrl: response.headers.get('location') });
      await shop.redis.flush();
      expect(await state()).toEqual({ state: 'done', orderUrl: response.headers.get('location') });
      const stranger = new Shopper(call);
      await stranger.cart();
      const other = await stranger.request(`/api/submissions/${body.submitToken}`);
      expect(await other.json()).toEqual({ state: 'unknown' });
    });

    test('an order is cancelled once, and its stock is returned once', async () => {
      const shopper = await shopperWith(call, await addProduct('CANCEL', { available: 5 }), 3);
      const { order } = (await (await shopper.order(await shopper.body())).json()) as {
        order: { statusUrl: string };
      };
      expect(await availableOf('CANCEL')).toBe(2);
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => shopper.send('POST', `${order.statusUrl}/cancel`, {})),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
      expect(answers.filter((answer) => !answer.headers.has('idempotent-replayed'))).toHaveLength(1);
      expect(await answers[0]?.json()).toMatchObject({
        status: 'cancelled',
        version: 2,
        payments: [{ status: 'voided' }],
      });
      expect(await availableOf('CANCEL')).toBe(5);
      const events = await db().orderEvent.findMany({
        where: { order: { lines: { some: { sku: 'CANCEL' } } } },
        orderBy: { version: 'asc' },
      });
      expect(events).toMatchObject([
        { version: 1, fromStatus: null, toStatus: 'placed', actor: 'shopper' },
        {
          version: 2,
          fromStatus: 'placed',
          toStatus: 'cancelled',
          actor: 'shopper',
          reason: expect.any(String),
        },
      ]);
    });

    test('a shopper’s orders are listed newest first, in pages, each order once', async () => {
      const shopper = await shopperWith(call, await addProduct('LIST'));
      await shopper.order(await shopper.body());
      const userId = shopper.cookie.split('=')[1]?.split('.')[0];
      // Forty more with the same timestamp, which a cursor by time alone would skip or repeat.
      await db().$executeRaw`
        WITH carts AS (
          INSERT INTO cart (user_id, id, status, currency)
          SELECT ${userId}::uuid, gen_random_uuid(), 'ordered', 'USD' FROM generate_series(1, 40) RETURNING id)
        INSERT INTO orders (user_id, id, number, cart_id, submit_token, body_hash, lines_hash, status, currency, subtotal_minor,
                            shipping_minor, tax_minor, discount_minor, total_minor, email, shipping_method, shipping_address, placed_at, hold_until)
        SELECT ${userId}::uuid, gen_random_uuid(), 'N', id, gen_random_uuid(), '', '', 'placed', 'USD', 0, 0, 0, 0, 0, '', '', '{}',
               now() - interval '1 day', now() + interval '1 day' FROM carts`;
      const seen: string[] = [];
      let cursor: string | null = '';
      let pages = 0;
      while (cursor !== null) {
        const response = await shopper.request(`/api/orders${cursor && `?cursor=${cursor}`}`);
        const page = (await response.json()) as {
          orders: { id: string; placedAt: string }[];
          nextCursor: string | null;
        };
        seen.push(...page.orders.map(({ id }) => id));
        cursor = page.nextCursor;
        pages += 1;
      }
      expect([pages, seen.length, new Set(seen).size]).toEqual([3, 41, 41]);
      const wrong = await shopper.request('/api/orders?cursor=nonsense');
      expect([wrong.status, (await problemOf(wrong)).fields]).toMatchObject([400, [{ path: 'cursor' }]]);
    });

    test('metrics count the answers', async () => {
      expect((await bareCall('/api/metrics')).status).toBe(401);
      const headers = { authorization: `Bearer ${contractEnv.METRICS_TOKEN}` };
      const response = await bareCall('/api/metrics', { headers });
      expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=/);
      const text = await response.text();
      expect(text).toMatch(/once_order_answers_total\{outcome="accepted"\} \d+/);
      expect(text).toMatch(/once_order_answers_total\{outcome="replayed"\} \d+/);
      expect(text).toContain('once_order_queue{state="waiting"} 0');
    });
  });
}
