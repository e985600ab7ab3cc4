import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { inTurns, Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { conforming } from '#tests/support/contract/conforming.ts';
import { orderOf } from '#tests/support/money.ts';
import { addProduct, availableOf } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

/** Number of orders that one network may cancel in an hour. */
const limit = 4;

// VERCEL: a public shop, where each client has its own address.
const shop = await openTestShop({
  env: { VERCEL: '1', UNPAID_ORDERS_PER_NETWORK: String(limit), RATE_LIMIT_IP_PER_MIN: '1000000' },
});
const call = conforming(callHandlers);

let networks = 0;
/** A client at an address that no other test uses. */
function network(): (path: string, init?: RequestInit) => Promise<Response> {
  networks += 1;
  const ip = `203.0.113.${networks}`;
  return (path, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set('x-real-ip', ip);
    return call(path, { ...init, headers });
  };
}

/** Orders from separate networks, each with a function that cancels it from `from`. */
async function cancels(from: ReturnType<typeof network>, sku: string, count: number) {
  return inTurns(count, async () => {
    const shopper = await shopperWith(network(), sku);
    await shopper.orderUntilSettled(await shopper.body({ email: `${randomUUID()}@example.com` }));
    const { id } = await orderOf(shopper);
    const here = new Shopper(from);
    here.cookie = shopper.cookie;
    return async () => (await here.send('POST', `/api/orders/${id}/cancel`, {})).status;
  });
}

const copies = 60;
const inParallel = (send: () => Promise<number>) => Promise.all(Array.from({ length: copies }, send));

describe.each(['up', 'away'])('with Redis %s', (redis) => {
  beforeEach(() => (redis === 'away' ? shop.redis.stop() : shop.redis.restore()));
  afterEach(() => shop.redis.restore());

  test('many cancellations of one order at the same moment count once for their network', async () => {
    // What broke: each saw that the order was not counted yet, and a neighbour could cancel nothing.
    const sku = await addProduct(`SAME-MOMENT-${redis}`, { available: 100 });
    const [first, ...others] = await cancels(network(), sku, limit + 1);
    if (!first) throw new Error('no order');
    expect(await inParallel(first)).toEqual(Array(copies).fill(200));
    const later: number[] = [];
    for (const cancel of others) later.push(await cancel());
    expect(later).toEqual([...Array(limit - 1).fill(200), 429]);
    expect(await availableOf(sku)).toBe(99);
  });

  test('many cancellations of an order beyond the limit are all refused, and change nothing', async () => {
    const sku = await addProduct(`NO-ROOM-${redis}`, { available: 100 });
    const [last, ...others] = await cancels(network(), sku, limit + 1);
    if (!last) throw new Error('no order');
    for (const cancel of others) expect(await cancel()).toBe(200);
    expect(await inParallel(last)).toEqual(Array(copies).fill(429));
    expect(await availableOf(sku)).toBe(99);
  });
});
