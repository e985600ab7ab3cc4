import path from 'node:path';
import { type Bench, measureCpu, requestsOf, type Scenario, summaryOf } from '#proof/bench/bench.ts';
import { check } from '#proof/bench/checks/invariants.ts';
import { chargesOf, fillWithOrders } from '#proof/bench/load/fill.ts';
import { offer } from '#proof/bench/load/load.ts';
import type { LoadResult } from '#proof/bench/load/record.ts';
import { cpuSecondsOf } from '#proof/bench/machine/processes.ts';
import { type Measurement, tiers, type Usage } from '#proof/bench/measurement.ts';
import { inTurn, offerWhile } from '#proof/bench/reconcile/offer-while.ts';
import { chargesToPlant, plantedKinds, plantedOfEach, plantInShop } from '#proof/bench/reconcile/plant.ts';
import { type Provider, startProvider } from '#proof/bench/reconcile/provider.ts';
import { reconcileFigures, reconcileIds } from '#proof/bench/reconcile/reconcile-goals.ts';
import type { Reconciled } from '#proof/bench/reconcile/reconcile-process.ts';
import { startReconciliation } from '#proof/bench/reconcile/run-reconciliation.ts';

/** Orders beside it: a fifth of the capacity, as on a busy day. */
const shareOfCapacity = 0.2;

/** How long orders are offered without a run: before, between and after the two runs. */
const aloneSeconds = { full: 40, quick: 5 };

/** A run is expected to be over by then. Orders are prepared for two of them. */
const runSeconds = (orders: number) => Math.ceil(20 + orders / 2_000);

/** The first run lists the whole balance of the provider. The next one lists the time since, as on each day. */
export const reconcile: Scenario = {
  name: 'reconcile',
  about: 'compares card orders, their charges and stock in a process beside a stream of orders, twice',
  against: [],
  missing: ({ options }) =>
    options.only.includes('reconcile') ? undefined : 'asked for with --only reconcile',
  async run(bench) {
    const perSecond = Math.max(1, Math.round((await bench.capacity()) * shareOfCapacity));
    const provider = await startProvider(bench.harness.folder);
    try {
      await fill(bench, provider);
      return await measureRuns(bench, provider, perSecond);
    } finally {
      await provider.stop();
    }
  },
};

async function fill({ harness: { client }, options, skus, say }: Bench, provider: Provider): Promise<void> {
  await fillWithOrders(client, skus, options.reconciledOrders, { say, method: 'card' });
  await plantInShop(client);
  const charges = [...(await chargesOf(client)), ...(await chargesToPlant(client))];
  await provider.plant(charges);
  say(`${charges.length.toLocaleString('en')} charges at the provider`);
}

async function measureRuns(bench: Bench, provider: Provider, perSecond: number): Promise<Measurement[]> {
  const { options, prepareOrders } = bench;
  const { connections, quick, reconciledOrders } = options;
  const alone = quick ? aloneSeconds.quick : aloneSeconds.full;
  const beside = runSeconds(reconciledOrders);
  const lengths = [alone, beside, alone, beside, alone];
  const orders = requestsOf(
    await prepareOrders(lengths.reduce((sum, length) => sum + length * perSecond, 0)),
  );
  const measured: Beside[] = [];
  for (const [index, length] of lengths.entries()) {
    const stream = { perSecond, connections, requests: orders.splice(0, length * perSecond) };
    measured.push(await (index % 2 === 0 ? offerAlone(bench, stream) : offerBeside(bench, provider, stream)));
  }
  const [before, first, between, nightly, after] = measured as [Beside, Beside, Beside, Beside, Beside];
  const without = together([before, between, after]);
  const described = (id: keyof typeof reconcileIds, title: string, part: Beside) =>
    describeRun(describe(reconcileIds[id], title, perSecond, part), part, without, reconciledOrders);
  return [
    described('without', 'Orders without a reconciliation', without),
    described('first', 'Orders beside a first reconciliation', first),
    described('nightly', 'Orders beside the next one', nightly),
  ];
}

/** Orders for one part of the measurement. */
interface Stream {
  requests: Buffer[];
  perSecond: number;
  connections: number;
}

/** Orders, and the run beside them, if there was one. */
interface Beside {
  result: LoadResult;
  usage: Usage;
  reconciled?: Reconciled;
  providerCpuSeconds?: number;
}

async function offerAlone({ harness, shop }: Bench, { requests, ...pace }: Stream): Promise<Beside> {
  const { value, usage } = await measureCpu(harness.pids, () => offer(shop, requests, pace));
  return { result: value, usage };
}

async function offerBeside({ harness, shop }: Bench, provider: Provider, stream: Stream): Promise<Beside> {
  const { requests, ...pace } = stream;
  const pids = { provider: provider.pid };
  const { provider: began } = await cpuSecondsOf(pids);
  const run = startReconciliation(provider.variables, path.join(harness.folder, 'reconcile.log'));
  try {
    const { value, usage } = await measureCpu(harness.pids, async () => {
      const result = await offerWhile(run.done, shop, requests, pace);
      return { result, reconciled: await run.done };
    });
    return { ...value, usage, providerCpuSeconds: (await cpuSecondsOf(pids)).provider - began };
  } finally {
    await run.end();
  }
}

function together(parts: readonly Beside[]): Beside {
  const sum = (of: (usage: Usage) => number | undefined) =>
    parts.reduce((all, { usage }) => all + (of(usage) ?? 0), 0);
  const measured = tiers.filter((tier) => parts.every(({ usage }) => tier in usage.cpuSeconds));
  return {
    result: inTurn(parts.map(({ result }) => result)),
    usage: {
      wallSeconds: sum(({ wallSeconds }) => wallSeconds),
      cpuSeconds: Object.fromEntries(
        measured.map((tier) => [tier, sum(({ cpuSeconds }) => cpuSeconds[tier])]),
      ),
    },
  };
}

function describe(id: string, title: string, perSecond: number, { result, usage }: Beside): Measurement {
  const model = 'orders on a schedule';
  const accepted = result.statuses['201'] ?? 0;
  return {
    ...summaryOf({ id, title, model, offeredPerSecond: perSecond }, result),
    committed: accepted,
    committedPerSecond: accepted / result.seconds,
    usage,
    checks: [check('orders that were not accepted', 0, result.sent - accepted)],
  };
}

function describeRun(
  measurement: Measurement,
  { result, usage, reconciled, providerCpuSeconds }: Beside,
  without: Beside,
  reconciledOrders: number,
): Measurement {
  if (!reconciled) return measurement;
  const { steps, checked, found, peakMb, cpuSeconds } = reconciled;
  const ofOrders = ((without.usage.cpuSeconds.postgres ?? 0) / without.result.sent) * result.sent;
  return {
    ...measurement,
    checks: [
      ...measurement.checks,
      check('orders compared', [reconciledOrders, Number.MAX_SAFE_INTEGER], checked.orders),
      ...plantedKinds.map((kind) => check(`found ${kind}`, plantedOfEach, found[kind] ?? 0)),
    ],
    figures: {
      [reconcileFigures.seconds]: Object.values(steps).reduce((sum, seconds) => sum + seconds, 0),
      ...Object.fromEntries(Object.entries(steps).map(([step, seconds]) => [`${step}, s`, seconds])),
      'orders compared': checked.orders,
      'charges compared': checked.charges,
      [reconcileFigures.peakMb]: peakMb,
      'CPU s of its process': cpuSeconds,
      'CPU s of PostgreSQL, without that of the orders': (usage.cpuSeconds.postgres ?? Number.NaN) - ofOrders,
      'CPU s of the simulated provider': providerCpuSeconds ?? null,
    },
  };
}
