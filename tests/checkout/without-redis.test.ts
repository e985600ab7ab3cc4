import { beforeEach, expect, test } from 'vitest';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { shoppersWith, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { addProduct, availableOf, soldOf } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

/** Rule one: the database alone is enough. Redis goes away in the middle of a burst. */

const shop = await openTestShop();
const call = callHandlers;
beforeEach(() => shop.redis.restore());

const carts = 60;

/** Submits every cart five times, in waves. `fault` runs after the first wave has started. */
async function burst(sku: string, fault: () => Promise<void>): Promise<Response[]> {
  await addProduct(sku, { available: carts - 10 });
  const ready = await shoppersWith(call, carts, sku);
  const wave = () => Promise.all(ready.map(({ shopper, body }) => shopper.orderUntilSettled(body)));
  const first = wave();
  const struck = fault();
  const later = await Promise.all([wave(), wave(), wave()]);
  await struck;
  return [...(await first), ...later.flat(), ...(await wave())];
}

test.each([
  ['stopped', () => shop.redis.stop()],
  ['flushed', () => shop.redis.flush()],
  ['hanging', () => shop.redis.pause()],
])(
  'with Redis %s in the middle of a burst every cart makes one order and nothing is oversold',
  async (state, fault) => {
    const sku = `REDIS-${state.toUpperCase()}`;
    const responses = await burst(sku, async () => void (await fault()));
    const counts: Record<number, number> = {};
    for (const { status } of responses) counts[status] = (counts[status] ?? 0) + 1;
    const sold = await soldOf(sku);
    expect(sold).toEqual({ orders: carts - 10, quantity: carts - 10 });
    expect(await availableOf(sku)).toBe(0);
    // 201 for each submission of a cart that was ordered, 409 for each submission that came too late.
    expect(counts).toEqual({ 201: (carts - 10) * 5, 409: 50 });
  },
);

test('with Redis stopped the shop is degraded, not down, and recovers by itself', async () => {
  await shop.redis.stop();
  const sku = await addProduct('DEGRADED');
  for (let count = 0; count < 8; count += 1) {
    const shopper = await shopperWith(call, sku);
    expect((await shopper.order(await shopper.body())).status).toBe(201);
  }
  const ready = await call('/api/ready');
  expect([ready.status, await ready.json()]).toMatchObject([200, { status: 'degraded', redis: 'degraded' }]);
  await shop.redis.restore();
  const deadline = Date.now() + 30_000;
  let state: unknown;
  do {
    state = ((await (await call('/api/ready')).json()) as { status: string }).status;
    await new Promise((resolve) => setTimeout(resolve, 100));
  } while (state !== 'ready' && Date.now() < deadline);
  expect(state).toBe('ready');
});
