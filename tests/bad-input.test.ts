import fc from 'fast-check';
import { expect, test } from 'vitest';
import { db } from '#lib/db.ts';
import { callHandlers } from '#tests/support/call.ts';
import { conforming } from '#tests/support/conforming.ts';
import { addProduct } from '#tests/support/shop.ts';
import { type OrderBody, type Shopper, shopperWith } from '#tests/support/shopper.ts';
import { openTestShop } from '#tests/support/test-shop.ts';

/**
 * Whatever is sent, the answer is one of the contract's (`conforming` checks status and shape
 * against the OpenAPI document, which names no 500), and nothing is written.
 */
await openTestShop();
const call = conforming(callHandlers);
await addProduct('FUZZ');
const shopper: Shopper = await shopperWith(call, 'FUZZ');
const valid: OrderBody = await shopper.body();
const runs = { numRuns: 400 };

const hostile = fc.oneof(
  fc.anything({ withNullPrototype: false, maxDepth: 3 }).map(jsonable),
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    0.1,
    1e308,
    Number.MAX_SAFE_INTEGER,
    '',
    ' ',
    '\u0000',
    '\ud800',
    '😀'.repeat(50),
    'x'.repeat(5_000),
    '../../etc/passwd',
    "'; DROP TABLE orders; --",
    [],
    {},
    { toString: 'x' },
    { __proto__: { admin: true } },
    { constructor: { prototype: {} } },
  ),
);

/** What JSON can say of a value: undefined, functions and big numbers have no JSON. */
function jsonable(value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value) ?? 'null');
  } catch {
    return null;
  }
}

async function counts(): Promise<unknown> {
  const [row] = await db().$queryRaw<unknown[]>`
    SELECT (SELECT count(*)::int FROM orders) AS orders, (SELECT count(*)::int FROM cart) AS carts,
           (SELECT sum(available)::int FROM stock) AS stock`;
  return row;
}

async function writesNothing(work: () => Promise<void>): Promise<void> {
  const before = await counts();
  await work();
  expect(await counts()).toEqual(before);
}

test('an order body with any one member replaced by anything makes no order and no server error', async () => {
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
        const response = await shopper.send('POST', '/api/orders', { ...valid, [member]: value });
        expect([400, 409, 413, 422]).toContain(response.status);
      }),
      runs,
    ),
  );
});

test('an address with any one field replaced by anything that is not one line of text makes no order', async () => {
  const fields = Object.keys(valid.shippingAddress as object).filter(
    (field) => !['line2', 'region'].includes(field),
  );
  const notText = hostile.filter(
    (value) => typeof value !== 'string' || value.trim() === '' || /[\p{Cc}\ud800]/u.test(value),
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
  const types = fc.constantFrom(
    'application/json',
    'application/json; charset=utf-16',
    'APPLICATION/JSON',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain',
    '',
    'application/json,text/html',
  );
  const bodies = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc.json().map((text) => new TextEncoder().encode(text)),
    fc
      .constantFrom('{"__proto__":{}}', '[[[[[[', '"', '{"a":1,"a":2}', 'a=b&a=c&%', '\ufeff{}')
      .map((text) => new TextEncoder().encode(text)),
  );
  await writesNothing(() =>
    fc.assert(
      fc.asyncProperty(types, bodies, async (type, body) => {
        const headers = type ? { 'content-type': type } : undefined;
        const response = await shopper.request('/api/orders', {
          method: 'POST',
          headers,
          body: Buffer.from(body),
        });
        expect([303, 400, 415]).toContain(response.status);
      }),
      runs,
    ),
  );
});

test('any cookie, key and origin make no order and no server error', async () => {
  const header = fc.string({ unit: fc.constantFrom(...'abc019;=,. "%_-{}'), maxLength: 80 });
  await writesNothing(() =>
    fc.assert(
      fc.asyncProperty(header, header, fc.option(header, { nil: undefined }), async (cookie, key, origin) => {
        const response = await call('/api/orders', {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            cookie: `once_session=${cookie}`,
            'idempotency-key': key,
            ...(origin && { origin }),
          },
          body: JSON.stringify(valid),
        });
        expect([400, 401, 403]).toContain(response.status);
      }),
      runs,
    ),
  );
});

test('a session cookie with one changed character is nobody’s', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(79), fc.constantFrom(...'0aZ-_.'), async (at, character) => {
      const [name, value = ''] = shopper.cookie.split('=');
      const changed = value.slice(0, at) + character + value.slice(at + 1);
      fc.pre(changed !== value);
      const response = await call('/api/orders', { headers: { cookie: `${name}=${changed}` } });
      // The last character of the mac has two bits that carry nothing; base64url may say them two ways.
      if (at < value.length - 1) expect(response.status).toBe(401);
    }),
    { numRuns: 200 },
  );
});

test('any path and any query give one of the contract’s answers', async () => {
  const segment = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.constantFrom('..', '%00', '%', '\ud83d\ude00', 'null', '0', '-1', 'x'.repeat(300), "' OR 1=1"),
  );
  const paths = fc.tuple(
    fc.constantFrom(
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
    ),
    segment,
  );
  await writesNothing(() =>
    fc.assert(
      fc.asyncProperty(paths, async ([prefix, value]) => {
        const path = `/api/${prefix}${encodeURIComponent(value.toWellFormed())}`;
        const response = await shopper.request(path);
        expect([200, 400, 404, 405]).toContain(response.status);
      }),
      runs,
    ),
  );
});

test('any quantity of anything keeps the cart within its bounds', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.constant('FUZZ'), fc.string({ maxLength: 80 })),
      hostile,
      async (sku, quantity) => {
        const path = `/api/cart/lines/${encodeURIComponent(sku.toWellFormed())}`;
        const response = await shopper.send('PUT', path, { quantity });
        expect([200, 400, 404, 405, 413]).toContain(response.status);
        for (const line of (await shopper.cart()).lines) {
          expect(Number.isInteger(line.quantity) && line.quantity >= 1 && line.quantity <= 99).toBe(true);
        }
      },
    ),
    { numRuns: 200 },
  );
});

test('a sku that no database could read is no sku, whether it is set or removed', async () => {
  for (const quantity of [0, 1]) {
    const response = await shopper.send('PUT', '/api/cart/lines/A%00', { quantity });
    expect(response.status).toBe(404);
  }
});
