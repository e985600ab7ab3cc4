import { countCartsOrderedOnce, takeCensus } from '#proof/bench/checks/census.ts';
import { check, checksOf, fatesOf } from '#proof/bench/checks/invariants.ts';
import { type Target, targetOf } from '#proof/bench/load/connection.ts';
import { saturate } from '#proof/bench/load/load.ts';
import { type Order, prepareOrders } from '#proof/bench/load/orders.ts';
import { type LoadResult, latencyOf } from '#proof/bench/load/record.ts';
import { cpuSecondsOf, ownCpuSeconds, watchMemory } from '#proof/bench/machine/processes.ts';
import { answersOf, type Measurement, type Tier, type Usage } from '#proof/bench/measurement.ts';
import type { Options } from '#proof/bench/options.ts';
import type { DirectHarness } from '#proof/harness/direct-harness.ts';

/** One file of `scenarios/` or `yardsticks/`. */
export interface Scenario {
  /** Its name for `--only`. */
  name: string;
  /** One sentence: which load it offers to which server. */
  about: string;
  /** Names of the yardsticks to compare with, which are measured right after it, in the same run. */
  against: string[];
  /** A readable reason why it cannot be measured here; undefined when it can. */
  missing?: (bench: Bench) => string | undefined;
  run(bench: Bench): Promise<Measurement[]>;
}

/** A load on the shop whose outcome is compared with the database. */
export interface ShopLoad {
  id: string;
  title: string;
  model: string;
  offeredPerSecond?: number | null;
  /** The orders that are submitted. Read after the load, because some carts only exist then. */
  orders: Pick<Order, 'cartId'>[];
  /** The order that a request submits; undefined for a request without one. */
  orderOf: (request: number) => number | undefined;
  /** How many of them were ordered before. */
  orderedBefore?: number;
  /** Processes on the way to the shop. */
  pids?: Partial<Record<Tier, number>>;
  /** The statuses allowed for this load. Any other status is a broken guarantee. */
  answers: number[];
  drive: () => Promise<LoadResult>;
}

/** What a scenario works with. */
export interface Bench {
  options: Options;
  harness: DirectHarness;
  /** The shop's Node processes. */
  shop: Target;
  skus: string[];
  say: (line: string) => void;
  prepareOrders(count: number, skus?: string[]): Promise<Order[]>;
  measureShop(load: ShopLoad): Promise<Measurement>;
  /** Orders per second when saturated. Measured now if no scenario has done so yet. */
  capacity(): Promise<number>;
  learnCapacity(ordersPerSecond: number): void;
}

export function makeBench(
  options: Options,
  harness: DirectHarness,
  skus: string[],
  say: (line: string) => void,
): Bench {
  const shop = targetOf(harness.origin);
  let known: number | undefined;
  const bench: Bench = {
    options,
    harness,
    shop,
    skus,
    say,
    prepareOrders: (count, of = skus) => prepareOrders(harness.client, of, count),
    measureShop: (load) => measureShop(harness, load),
    async capacity() {
      if (known === undefined) {
        say('measuring the capacity first');
        const orders = await bench.prepareOrders(options.orders);
        const { connections } = options;
        const result = await saturate(shop, requestsOf(orders), { connections });
        known = (result.statuses['201'] ?? 0) / result.seconds;
      }
      return known;
    },
    learnCapacity(ordersPerSecond) {
      known = ordersPerSecond;
    },
  };
  return bench;
}

export const requestsOf = (orders: Order[]): Buffer[] => orders.map(({ request }) => request);

async function measureShop(harness: DirectHarness, load: ShopLoad): Promise<Measurement> {
  const before = await takeCensus(harness.client);
  const memory = await watchMemory(harness.pids.node);
  const { value: result, usage } = await measureCpu({ ...load.pids, ...harness.pids }, load.drive);
  const used = await memory.stop();
  const after = await takeCensus(harness.client);
  const fates = fatesOf(result.statusOf, load.orderOf);
  const accepted = fates.accepted.map((index) => (load.orders[index] as Pick<Order, 'cartId'>).cartId);
  const acceptedOnce = await countCartsOrderedOnce(harness.client, accepted);
  const checks = checksOf({ before, after, fates, acceptedOnce, acceptedBefore: load.orderedBefore ?? 0 });
  const committed = after.orders - before.orders;
  return {
    ...summaryOf(load, result),
    committed,
    committedPerSecond: committed / result.seconds,
    usage,
    memory: used,
    checks: [...checks, check('answers of another kind', 0, countOthers(result, load.answers))],
  };
}

/** The figures that the load generator has by itself. */
export function summaryOf(
  { id, title, model, offeredPerSecond }: Pick<ShopLoad, 'id' | 'title' | 'model' | 'offeredPerSecond'>,
  result: LoadResult,
): Measurement {
  const { seconds, sent, statuses, replayed } = result;
  return {
    id,
    title,
    model,
    seconds,
    offeredPerSecond: offeredPerSecond ?? null,
    sent,
    answeredPerSecond: answersOf(result) / seconds,
    statuses,
    replayed,
    committed: 0,
    committedPerSecond: 0,
    latency: latencyOf(result),
    usage: { cpuSeconds: {}, wallSeconds: seconds },
    memory: null,
    checks: [],
    figures: {},
  };
}

/** CPU seconds of processes (and of this one, as `load`) while `run` runs. */
export async function measureCpu<Value>(
  pids: Partial<Record<Tier, number>>,
  run: () => Promise<Value>,
): Promise<{ value: Value; usage: Usage }> {
  const roots = pids as Record<Tier, number>;
  const before = { ...(await cpuSecondsOf(roots)), load: await ownCpuSeconds() };
  const began = performance.now();
  const value = await run();
  const wallSeconds = (performance.now() - began) / 1000;
  const after = { ...(await cpuSecondsOf(roots)), load: await ownCpuSeconds() };
  const cpuSeconds = Object.fromEntries(
    Object.entries(after).map(([tier, seconds]) => [tier, seconds - before[tier as Tier]]),
  );
  return { value, usage: { cpuSeconds, wallSeconds } };
}

function countOthers({ statuses }: LoadResult, expected: number[]): number {
  const others = Object.entries(statuses).filter(([status]) => !expected.includes(Number(status)));
  return others.reduce((sum, [, count]) => sum + count, 0);
}
