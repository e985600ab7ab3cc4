import { requestsOf, type Scenario } from '#proof/bench/bench.ts';
import { saturate } from '#proof/bench/load/load.ts';

/** A release that all shoppers want at the same time. */
export const hot: Scenario = {
  name: 'hot',
  about: 'one order of each shopper, all of one sku',
  against: ['pgbench-hot'],
  async run({ options, shop, skus, prepareOrders, measureShop }) {
    const { connections } = options;
    const orders = await prepareOrders(options.orders, skus.slice(0, 1));
    const measurement = await measureShop({
      id: 'hot',
      title: 'One hot sku',
      model: `as fast as answers come, ${connections} at a time`,
      orders,
      orderOf: (request) => request,
      answers: [201],
      drive: () => saturate(shop, requestsOf(orders), { connections }),
    });
    return [measurement];
  },
};
