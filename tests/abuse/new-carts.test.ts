import { beforeEach, expect, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import { declareHostResolvesIp } from '#lib/platform/http/http.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { Shopper } from '#proof/harness/shopper/shopper.ts';
import { conforming } from '#tests/support/contract/conforming.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

// Without Redis the process counts by itself. On a busy machine Redis might answer too late.
await openTestShop({ env: { REDIS_URL: '', RATE_LIMIT_NEW_CARTS_PER_MIN: '3' } });
const ipHeader = declareHostResolvesIp();
const sku = await addProduct('LAMP', { available: 1_000 });

beforeEach(async () => {
  await db().$executeRaw`DELETE FROM cart_line`;
  await db().$executeRaw`DELETE FROM cart`;
});

/** One edit from an address, with the session's cookie if given. */
function put(ip: string, quantity = 1, cookie = ''): Promise<Response> {
  return conforming(callHandlers)(`/api/cart/lines/${sku}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', [ipHeader]: ip, ...(cookie ? { cookie } : {}) },
    body: JSON.stringify({ quantity }),
  });
}

/** A session that has a cookie before it has a cart. */
async function session(): Promise<string> {
  const shopper = new Shopper(callHandlers);
  await shopper.request('/api/cart');
  return shopper.cookie;
}

// What broke: each edit without a cookie stored a cart, without a limit.
test('one network can store three carts a minute, with or without cookies, and other networks have their own limit', async () => {
  const answers = [];
  for (let edit = 0; edit < 4; edit += 1) answers.push(await put('203.0.113.7'));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
  expect(answers[3]?.headers.get('retry-after')).toBe('60');
  expect((await put('203.0.113.7', 1, await session())).status).toBe(429);
  expect(await db().cart.count()).toBe(3);
  expect((await put('203.0.113.8')).status).toBe(200);
});

test('a stored cart can be edited as often as its shopper likes', async () => {
  const cookie = await session();
  for (let quantity = 1; quantity <= 8; quantity += 1) {
    expect((await put('203.0.113.9', quantity, cookie)).status).toBe(200);
  }
  expect(await db().cart.count()).toBe(1);
});
