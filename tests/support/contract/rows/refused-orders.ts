import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import type { Call } from '#proof/harness/shopper/call.ts';
import { address, type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { addProduct, availableOf, soldOf } from '#tests/support/shop/shop.ts';
import type { TestShop } from '#tests/support/shop/test-shop.ts';
import { problemOf } from './problem-of.ts';

/** The rows of `POST /api/orders` about submissions that make no order. */
export function describeRefusedOrders({
  shop,
  call,
  origin,
}: {
  shop: TestShop;
  call: Call;
  origin: string;
}): void {
  describe('POST /api/orders', () => {
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
}
