import type { Bench, Scenario } from '#proof/bench/bench.ts';
import { check } from '#proof/bench/checks/invariants.ts';
import { arrangeDuplicates } from '#proof/bench/load/arrange.ts';
import type { Target } from '#proof/bench/load/connection.ts';
import { saturate } from '#proof/bench/load/load.ts';
import type { Order } from '#proof/bench/load/orders.ts';
import type { Measurement, Tier } from '#proof/bench/measurement.ts';
import { randomOf } from '#proof/harness/random.ts';

/** Every order is submitted ten times, and then other orders a hundred times. */
export const duplicates: Scenario = {
  name: 'duplicates',
  about: 'every order 10 times, then 100 times, half of them close together and half much later',
  against: ['racy-recipe'],
  async run(bench) {
    return [
      await measureDuplicates(bench, { id: 'duplicates-10', times: 10, orders: bench.options.orders / 4 }),
      await measureDuplicates(bench, { id: 'duplicates-100', times: 100, orders: bench.options.orders / 20 }),
    ];
  },
};

/** Fresh orders and the sequence in which they arrive, each `times` times. */
export async function prepareDuplicates(
  bench: Bench,
  count: number,
  times: number,
): Promise<{ orders: Order[]; arrivals: number[]; requests: Buffer[] }> {
  const orders = await bench.prepareOrders(Math.ceil(count));
  const arrivals = arrangeDuplicates(orders.length, times, randomOf(times).next);
  return { orders, arrivals, requests: arrivals.map((index) => (orders[index] as Order).request) };
}

export interface Duplicates {
  id: string;
  times: number;
  /** How many different orders. */
  orders: number;
  /** Requests in flight, if not the usual number. */
  connections?: number;
  /** Where they are sent; the shop itself if undefined. */
  through?: { title: string; target: Target; pids: Partial<Record<Tier, number>> };
}

export async function measureDuplicates(bench: Bench, load: Duplicates): Promise<Measurement> {
  const connections = load.connections ?? bench.options.connections;
  const { orders, arrivals, requests } = await prepareDuplicates(bench, load.orders, load.times);
  const measurement = await bench.measureShop({
    id: load.id,
    title: `Every order ${load.times} times${load.through?.title ?? ''}`,
    model: `as fast as answers come, ${connections} at a time`,
    orders,
    orderOf: (request) => arrivals[request],
    answers: [201],
    pids: load.through?.pids,
    drive: () => saturate(load.through?.target ?? bench.shop, requests, { connections }),
  });
  // One request per order gets the original answer. All others get the same order as a replay.
  const originals = measurement.sent - measurement.replayed;
  return {
    ...measurement,
    checks: [...measurement.checks, check('answers not marked as a replay', orders.length, originals)],
  };
}
