import { type Bench, requestsOf, type Scenario } from '#proof/bench/bench.ts';
import { offer, saturate } from '#proof/bench/load/load.ts';
import type { Measurement } from '#proof/bench/measurement.ts';

/** How long the steady half is offered at most, in seconds: long enough for a p99 of thousands. */
const steadySeconds = 10;

/** Every shopper orders once, each another sku. */
export const unique: Scenario = {
  name: 'unique',
  about: 'one order of each shopper, spread over 1,000 skus; then the same at half of the capacity',
  against: ['pgbench'],
  async run(bench) {
    const saturated = await saturated1000(bench);
    bench.learnCapacity(saturated.committedPerSecond);
    return [saturated, await atHalf(bench)];
  },
};

async function saturated1000({ options, shop, prepareOrders, measureShop }: Bench): Promise<Measurement> {
  const { connections } = options;
  const orders = await prepareOrders(options.orders);
  return measureShop({
    id: 'unique',
    title: 'Unique orders, 1,000 skus',
    model: `as fast as answers come, ${connections} at a time`,
    orders,
    orderOf: (request) => request,
    answers: [201],
    drive: () => saturate(shop, requestsOf(orders), { connections }),
  });
}

async function atHalf(bench: Bench): Promise<Measurement> {
  const { options, shop, prepareOrders, measureShop } = bench;
  const perSecond = Math.max(1, Math.round((await bench.capacity()) / 2));
  const orders = await prepareOrders(Math.min(options.orders, perSecond * steadySeconds));
  return measureShop({
    id: 'unique-half',
    title: 'Unique orders at half of the capacity',
    model: 'on a schedule',
    offeredPerSecond: perSecond,
    orders,
    orderOf: (request) => request,
    answers: [201],
    drive: () => offer(shop, requestsOf(orders), { perSecond, connections: options.connections }),
  });
}
