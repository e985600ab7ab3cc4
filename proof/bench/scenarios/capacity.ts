import { type Bench, measureCpu, requestsOf, type Scenario } from '#proof/bench/bench.ts';
import { capacityKinds, capacityParts } from '#proof/bench/calls/capacity-kinds.ts';
import { prepareCallers } from '#proof/bench/calls/kinds.ts';
import { type KindResult, measureKind } from '#proof/bench/calls/measure-kind.ts';
import { measurementOf } from '#proof/bench/calls/measurement-of.ts';
import { saturate } from '#proof/bench/load/load.ts';
import { latencyOf } from '#proof/bench/load/record.ts';
import { cpuMsOfOne } from '#proof/bench/part.ts';
import { type Item, stockUp } from '#proof/bench/purchase/shopper.ts';

/** Requests of each kind. */
const counts = { full: 1_000, quick: 60 };
const connections = 8;
/**
 * Orders are sent until their batches are full, with the run's own number of connections. The limit on orders is
 * reached only then, and an order in a small batch costs twice as much.
 */
const orderCounts = { full: 10_000, quick: 600 };

/** What one request of each kind costs. The edge's limits follow from it. */
export const capacity: Scenario = {
  name: 'capacity',
  about: 'one kind of request at a time, from Node: the costs from which the edge takes its limits',
  against: [],
  async run(bench) {
    const { origin, pids } = bench.harness;
    const count = bench.options.quick ? counts.quick : counts.full;
    const items = await stockUp(bench.harness.client);
    const kinds = capacityKinds(origin, {
      item: items[0] as Item,
      callers: await prepareCallers(bench),
      newPages: bench.skus.map((sku) => `/product/${sku.toLowerCase()}`),
    });
    const results: KindResult[] = [await measureOrders(bench)];
    for (const kind of kinds) {
      // A new page is new once.
      const most = kind.name === capacityParts.render[0] ? Math.floor(kind.requests.length / 1.3) : count;
      results.push(await measureKind(origin, pids, kind, { count: Math.min(count, most), connections }));
    }
    const { connections: ofOrders } = bench.options;
    const model = `as fast as answers come, ${connections} at a time, orders ${ofOrders}`;
    return [measurementOf({ id: 'capacity', title: 'Kinds of requests', model }, results)];
  },
};

async function measureOrders({ harness, options, shop, prepareOrders }: Bench): Promise<KindResult> {
  const { connections, quick } = options;
  const count = quick ? orderCounts.quick : orderCounts.full;
  const requests = requestsOf(await prepareOrders(count));
  const { value, usage } = await measureCpu(harness.pids, () => saturate(shop, requests, { connections }));
  return {
    sample: { status: 201, headers: {}, body: Buffer.alloc(0), ms: 0 },
    seconds: value.seconds,
    statuses: value.statuses,
    right: value.statuses['201'] ?? 0,
    part: {
      name: capacityParts.order[0],
      requests: count,
      cpuMs: cpuMsOfOne(usage.cpuSeconds, count),
      latency: latencyOf(value),
      bytes: 0,
    },
  };
}
