import type { Scenario } from '#proof/bench/bench.ts';
import { arrangeSoak } from '#proof/bench/load/arrange.ts';
import { offer } from '#proof/bench/load/load.ts';
import type { Order } from '#proof/bench/load/orders.ts';
import { randomOf } from '#proof/harness/random.ts';

/** One in this many requests places an order. The others repeat one that was placed recently. */
const onePlacedIn = 4;

/** Half of the capacity for minutes: does memory stay constant? */
export const soak: Scenario = {
  name: 'soak',
  about: 'half of the capacity for minutes, a quarter of it fresh orders, with an eye on memory',
  against: [],
  missing: ({ options }) => (options.soakMinutes === 0 ? 'asked for with --soak-minutes' : undefined),
  async run(bench) {
    const { options, shop, measureShop } = bench;
    const perSecond = Math.max(onePlacedIn, Math.round((await bench.capacity()) / 2));
    const placed = Math.ceil((perSecond * options.soakMinutes * 60) / onePlacedIn);
    bench.say(`preparing ${placed.toLocaleString('en')} orders`);
    const orders = await bench.prepareOrders(placed);
    const arrivals = arrangeSoak(placed, onePlacedIn, randomOf(1).next);
    const requests = arrivals.map((index) => (orders[index] as Order).request);
    const measurement = await measureShop({
      id: 'soak',
      title: `Half of the capacity for ${options.soakMinutes} minutes`,
      model: 'on a schedule',
      offeredPerSecond: perSecond,
      orders,
      orderOf: (request) => arrivals[request],
      answers: [201],
      drive: () => offer(shop, requests, { perSecond, connections: options.connections }),
    });
    return [measurement];
  },
};
