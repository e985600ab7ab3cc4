import type { Scenario } from '#proof/bench/bench.ts';
import { scriptBytesOf } from '#proof/bench/browser/scripts.ts';
import { backgroundKinds, jsonKinds, pageKinds, prepareCallers } from '#proof/bench/calls/kinds.ts';
import { type Kind, type KindResult, measureKind } from '#proof/bench/calls/measure-kind.ts';
import { measurementOf } from '#proof/bench/calls/measurement-of.ts';
import { sessionHeader } from '#proof/bench/load/orders.ts';
import { type Item, stockUp } from '#proof/bench/purchase/shopper.ts';

/** Requests of each kind, and how many at a time. The yardsticks get the same. */
export const callCounts = { full: 2_000, quick: 100 };
export const callConnections = 16;

/**
 * The same for cached pages: they cost so little that the CPU time of a few thousand is too short to measure,
 * and most of it would be the compilation of the code that sends them.
 */
export const pageCounts = { full: 20_000, quick: 500 };

/** One kind of request at a time, from Node: what a single call costs. */
export const calls: Scenario = {
  name: 'calls',
  about: 'one kind of request at a time: two cached pages and six JSON calls, from Node',
  against: ['bare-json', 'bare-page'],
  async run(bench) {
    const { harness, options } = bench;
    const { origin, pids } = harness;
    const size = options.quick ? 'quick' : 'full';
    const item = (await stockUp(harness.client))[0] as Item;
    const callers = await prepareCallers(bench);
    const results: KindResult[] = [];
    const measure = async (kinds: Kind[], count: number) => {
      const load = { count, connections: callConnections };
      for (const kind of kinds) results.push(await measureKind(origin, pids, kind, load));
    };
    await measure(pageKinds(origin, item), pageCounts[size]);
    const called = [...jsonKinds(origin, callers), ...backgroundKinds(origin, item, callers)];
    await measure(called, callCounts[size]);
    const model = `as fast as answers come, ${callConnections} at a time`;
    const about = { id: 'calls', title: 'Pages and JSON calls of the shop', model };
    const shopper = sessionHeader(callers.carts[0]?.userId ?? '');
    const kbOf = async (path: string) => (await scriptBytesOf(origin, path, shopper)) / 1000;
    const figures = {
      'JavaScript of home, gzip KB': await kbOf('/'),
      'JavaScript of a product, gzip KB': await kbOf(`/product/${item.product.slug}`),
      'JavaScript of the checkout, gzip KB': await kbOf('/checkout'),
    };
    return [measurementOf(about, results, figures)];
  },
};
