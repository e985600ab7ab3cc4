import { Redis } from 'ioredis';
import { type Bench, requestsOf, type Scenario } from '#proof/bench/bench.ts';
import { shuffle } from '#proof/bench/load/arrange.ts';
import { saturate } from '#proof/bench/load/load.ts';
import type { Order } from '#proof/bench/load/orders.ts';
import type { Measurement } from '#proof/bench/measurement.ts';
import { randomOf } from '#proof/harness/random.ts';

/** How often each old order is requested again. */
const times = 10;

/** Shoppers return to orders that were answered long ago. */
export const replay: Scenario = {
  name: 'replay',
  about: 'old orders again, 10 times each; then once each after Redis has forgotten them',
  against: ['bare-node'],
  async run(bench) {
    const { options, shop, prepareOrders, harness } = bench;
    const { connections } = options;
    const orders = await prepareOrders(Math.ceil(options.orders / 4));
    bench.say('placing the orders that will be asked for again');
    await saturate(shop, requestsOf(orders), { connections });
    const fromRedis = await measureReplays(bench, 'replay', 'Old orders again', orders, times);
    const redis = new Redis(harness.redisUrl);
    await redis.flushall();
    redis.disconnect();
    const title = 'Old orders again, Redis empty';
    return [fromRedis, await measureReplays(bench, 'replay-database', title, orders, 1)];
  },
};

async function measureReplays(
  { options, shop, measureShop }: Bench,
  id: string,
  title: string,
  orders: Order[],
  each: number,
): Promise<Measurement> {
  const { connections } = options;
  const all = Array.from({ length: orders.length * each }, (_, index) => index % orders.length);
  const arrivals = shuffle(all, randomOf(each).next);
  const requests = arrivals.map((index) => (orders[index] as Order).request);
  return measureShop({
    id,
    title,
    model: `as fast as answers come, ${connections} at a time`,
    orders,
    orderOf: (request) => arrivals[request],
    orderedBefore: orders.length,
    answers: [201],
    drive: () => saturate(shop, requests, { connections }),
  });
}
