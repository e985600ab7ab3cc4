import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { productSorts } from '#lib/catalogue/schema.ts';
import { emailAddressSchema } from '#lib/platform/text/email-address.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { type OrderBody, type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { conforming } from '#tests/support/contract/conforming.ts';
import {
  hostile,
  hostileBytes,
  hostileContentType,
  hostileHeader,
  hostileSegment,
  hostileText,
  writesNothing,
} from '#tests/support/contract/hostile-input.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

/**
 * Whatever is sent, the answer is one of the contract's, and nothing is written. `conforming` checks status
 * and shape against the OpenAPI document, which lists no 500. Forms, payments, provider events and operator
 * calls have their own files.
 */
await openTestShop();
const call = conforming(callHandlers);
await addProduct('FUZZ');
const shopper: Shopper = await shopperWith(call, 'FUZZ');
const valid: OrderBody = await shopper.body();
const runs = { numRuns: 400 };

test('an order body with any one member replaced by any value makes no order and no server error', async () => {
  const members = [
    'submitToken',
    'cartId',
    'cartVersion',
    'totalMinor',
    'currency',
    'email',
    'shippingMethod',
    'shippingAddress',
    'payment',
  ];
  await writesNothing(() =>
    fc.assert(
      fc.asyncProperty(fc.constantFrom(...members), hostile, async (member, value) => {
        fc.pre(JSON.stringify(value) !== JSON.stringify(valid[member]));
        // One random string in some thousands is a valid address such as "E`=%5f8@7".
        fc.pre(member !== 'email' || !emailAddressSchema.safeParse(value).success);
        const response = await shopper.send('POST', '/api/orders', { ...valid, [member]: value });
        expect([400, 409, 413, 422]).toContain(response.status);
      }),
      runs,
    ),
  );
});

test('an address with any one field replaced by a value that is not one line of text makes no order', async () => {
  const fields = Object.keys(valid.shippingAddress as object).filter(
    (field) => !['line2', 'region'].includes(field),
  );
  const notText = hostile.filter(
    (value) => typeof value !== 'string' || value.trim() === '' || /[\p{Cc}\p{Cs}]/u.test(value.trim()),
  );
  await writesNothing(() =>
    fc.assert(
      fc.asyncProperty(fc.constantFrom(...fields), notText, async (field, value) => {
        const shippingAddress = { ...(valid.shippingAddress as object), [field]: value };
        const response = await shopper.send('POST', '/api/orders', { ...valid, shippingAddress });
        expect([400, 413]).toContain(response.status);
      }),
      runs,
    ),
  );
});

test('any body under any content type makes no order and no server error', async () => {
  await writesNothing(() =>
    fc.assert(
      fc.asyncProperty(hostileContentType, hostileBytes, async (type, body) => {
        const headers = type ? { 'content-type': type } : undefined;
        const response = await shopper.request('/api/orders', { method: 'POST', headers, body });
        expect([303, 400, 415]).toContain(response.status);
      }),
      runs,
    ),
  );
});

test('any cookie, key and origin make no order and no server error', async () => {
  const origin = fc.option(hostileHeader, { nil: undefined });
  await writesNothing(() =>
    fc.assert(
      fc.asyncProperty(hostileHeader, hostileHeader, origin, async (cookie, key, from) => {
        const response = await call('/api/orders', {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            cookie: `once_session=${cookie}`,
            'idempotency-key': key,
            ...(from && { origin: from }),
          },
          body: JSON.stringify(valid),
        });
        expect([400, 401, 403]).toContain(response.status);
      }),
      runs,
    ),
  );
});

test('a session cookie with one changed character is invalid', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(79), fc.constantFrom(...'0aZ-_.'), async (at, character) => {
      const [name, value = ''] = shopper.cookie.split('=');
      const changed = value.slice(0, at) + character + value.slice(at + 1);
      fc.pre(changed !== value);
      const response = await call('/api/orders', { headers: { cookie: `${name}=${changed}` } });
      expect(response.status).toBe(401);
    }),
    { numRuns: 200 },
  );
});

test('any path and any query give one of the contract’s answers', async () => {
  const prefixes = fc.constantFrom(
    'orders/',
    'products/',
    'submissions/',
    'products?query=',
    'products?cursor=',
    'products?sort=',
    'products?limit=',
    'products?category=',
    'checkout?country=',
    'checkout?shippingMethod=',
    'orders?cursor=',
  );
  await writesNothing(() =>
    fc.assert(
      fc.asyncProperty(prefixes, hostileSegment, async (prefix, value) => {
        const response = await shopper.request(`/api/${prefix}${value}`);
        expect([200, 400, 404]).toContain(response.status);
      }),
      runs,
    ),
  );
});

test('a cursor with any content is answered with a page or refused', async () => {
  const when = fc.oneof(
    hostile,
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    fc.constantFrom('0000-01-01T00:00:00Z', '9999-12-31T23:59:59.999999999999999999Z', '2024-02-29T00:00Z'),
  );
  const id = fc.oneof(hostile, fc.uuid(), fc.constantFrom('f'.repeat(32), `{${randomUUID()}}`));
  const key = fc.oneof(hostile, fc.integer(), fc.maxSafeInteger(), hostileText);
  const lists = fc.oneof(
    fc.tuple(when, id).map((cursor): [string, unknown] => ['orders?', cursor]),
    fc
      .tuple(fc.constantFrom(...productSorts), key, id)
      .map((cursor): [string, unknown] => [`products?sort=${cursor[0]}&`, cursor]),
  );
  await writesNothing(() =>
    fc.assert(
      fc.asyncProperty(lists, async ([list, cursor]) => {
        const text = Buffer.from(JSON.stringify(cursor)).toString('base64url');
        const response = await shopper.request(`/api/${list}cursor=${text}`);
        expect([200, 400]).toContain(response.status);
      }),
      runs,
    ),
  );
});

test('any cookie reads no order and writes nothing, and makes a new shopper if one is needed', async () => {
  const statuses: Record<string, number> = {
    '/api/cart': 200,
    '/api/checkout': 409,
    '/api/orders': 401,
    [`/api/orders/${randomUUID()}`]: 404,
    [`/api/submissions/${valid.submitToken}`]: 401,
  };
  await writesNothing(() =>
    fc.assert(
      fc.asyncProperty(fc.constantFrom(...Object.keys(statuses)), hostileHeader, async (path, cookie) => {
        const response = await call(path, { headers: { cookie: `once_session=${cookie}; ${cookie}` } });
        expect(response.status).toBe(statuses[path]);
        expect(response.headers.getSetCookie()).toHaveLength(path === '/api/cart' ? 1 : 0);
      }),
      { numRuns: 150 },
    ),
  );
});

test('any quantity of any item keeps the cart within its limits', async () => {
  const skus = fc.oneof(fc.constant('FUZZ'), hostileSegment);
  await fc.assert(
    fc.asyncProperty(skus, hostile, async (sku, quantity) => {
      const response = await shopper.send('PUT', `/api/cart/lines/${sku}`, { quantity });
      expect([200, 400, 404, 413]).toContain(response.status);
      for (const line of (await shopper.cart()).lines) {
        expect(Number.isInteger(line.quantity) && line.quantity >= 1 && line.quantity <= 99).toBe(true);
      }
    }),
    { numRuns: 200 },
  );
});

test('a line with any content type, bytes, version or origin changes no cart', async () => {
  const { version } = await shopper.cart();
  // A star matches any version.
  const otherVersion = hostileHeader.filter(
    (text) => !['*', String(version)].includes(text.replaceAll(/W\/|"/g, '').trim()),
  );
  const asked = fc.oneof(
    fc.tuple(fc.record({ 'content-type': hostileContentType }), hostileBytes),
    fc.tuple(fc.record({ 'if-match': otherVersion }), fc.constant('{"quantity":7}')),
    fc.tuple(fc.record({ origin: hostileHeader }), fc.constant('{"quantity":7}')),
  );
  await writesNothing(() =>
    fc.assert(
      fc.asyncProperty(asked, async ([header, body]) => {
        const headers = { 'content-type': 'application/json', ...header };
        const response = await shopper.request('/api/cart/lines/FUZZ', { method: 'PUT', headers, body });
        expect([400, 403, 412, 413, 415]).toContain(response.status);
      }),
      { numRuns: 200 },
    ),
  );
});

test('a sku that no database could store is refused, whether it is set or removed', async () => {
  for (const quantity of [0, 1]) {
    const response = await shopper.send('PUT', '/api/cart/lines/A%00', { quantity });
    expect(response.status).toBe(404);
  }
});
