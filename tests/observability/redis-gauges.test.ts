import { expect, test } from 'vitest';
import { metricsEnv, readMetrics } from '#tests/support/metrics.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';
import '#lib/checkout/order-metrics.ts';

const { redis } = await openTestShop({ env: metricsEnv });

const stateIn = (text: string) =>
  ['up', 'degraded'].map((name) => new RegExp(`^once_redis_${name} (\\d)$`, 'm').exec(text)?.[1]);

// What broke: the state was that of the last order's call. Without orders, Redis that was back for minutes was
// still shown as away, and one that was away was shown as up.
test('scrapes alone notice that Redis is away and that it is back', async () => {
  expect(stateIn(await readMetrics())).toEqual(['1', '0']);
  await redis.pause();
  await expect.poll(async () => stateIn(await readMetrics())).toEqual(['0', '1']);
  await redis.resume();
  await expect.poll(async () => stateIn(await readMetrics())).toEqual(['1', '0']);
});
