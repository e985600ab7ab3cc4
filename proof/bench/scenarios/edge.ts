import { type Bench, requestsOf, type Scenario } from '#proof/bench/bench.ts';
import { check } from '#proof/bench/checks/invariants.ts';
import { shuffle } from '#proof/bench/load/arrange.ts';
import { type Target, targetOf } from '#proof/bench/load/connection.ts';
import { saturate } from '#proof/bench/load/load.ts';
import type { Measurement } from '#proof/bench/measurement.ts';
import { measureDuplicates } from '#proof/bench/scenarios/duplicates.ts';
import { randomOf } from '#proof/harness/random.ts';
import { wideLimits } from '#scripts/services/edge/limits.ts';
import { type Edge, startEdge } from '#scripts/services/nginx.ts';
import { choosePort } from '#scripts/services/ports.ts';

/** How often each order is requested again once its answer is in the edge's cache. */
const times = 100;

/**
 * Shoppers in the rush. There are so many because nginx lets an early duplicate retry every half second:
 * that costs it nothing, but keeps a connection.
 */
const crowd = { full: 4_000, quick: 300 };

/** Duplicates with nginx in front: these never reach Node. */
export const edge: Scenario = {
  name: 'edge',
  about: 'duplicates through nginx: every order 100 times, then answered orders again from its cache',
  against: ['nginx-return'],
  async run(bench) {
    const { harness, shop, options } = bench;
    const started = await startEdge({
      dataDir: harness.folder,
      host: '127.0.0.1',
      port: await choosePort(),
      options: { upstreams: [`${shop.host}:${shop.port}`], limits: wideLimits },
      log: bench.say,
    });
    if (!started) {
      bench.say('left out: there is no nginx (Debian: apt-get install nginx)');
      return [];
    }
    try {
      const storm = await measureDuplicates(bench, {
        id: 'edge-duplicates',
        times,
        orders: options.orders / 20,
        connections: options.quick ? crowd.quick : crowd.full,
        through: { title: ' through nginx', target: targetOf(started.url), pids: { nginx: started.pid } },
      });
      return [storm, await measureCached(bench, started)];
    } finally {
      await started.stop();
    }
  },
};

async function measureCached(bench: Bench, { url, pid }: Edge): Promise<Measurement> {
  const { options, prepareOrders, measureShop } = bench;
  const { connections } = options;
  const target: Target = targetOf(url);
  const orders = await prepareOrders(Math.ceil(options.orders / 20));
  await saturate(target, requestsOf(orders), { connections });
  const all = Array.from({ length: orders.length * times }, (_, index) => index % orders.length);
  const arrivals = shuffle(all, randomOf(1).next);
  const requests = arrivals.flatMap((index) => orders[index]?.request ?? []);
  const measurement = await measureShop({
    id: 'edge-cached',
    title: 'Answered orders again through nginx',
    model: `as fast as answers come, ${connections} at a time`,
    orders,
    orderOf: (request) => arrivals[request],
    orderedBefore: orders.length,
    answers: [201],
    pids: { nginx: pid },
    drive: () => saturate(target, requests, { connections }),
  });
  const marked = check('answers marked as a replay', measurement.sent, measurement.replayed);
  return { ...measurement, checks: [...measurement.checks, marked] };
}
