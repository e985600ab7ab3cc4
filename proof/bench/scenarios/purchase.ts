import { type Bench, measureCpu, type Scenario } from '#proof/bench/bench.ts';
import { check } from '#proof/bench/checks/invariants.ts';
import type { LoadResult } from '#proof/bench/load/record.ts';
import { cpuSecondsTogether, type Measurement, type Tier, type Usage } from '#proof/bench/measurement.ts';
import { latencyAmong } from '#proof/bench/part.ts';
import { buyAll, buyStepByStep, partsOf, shopperOf } from '#proof/bench/purchase/drive.ts';
import { type Item, makeShoppers, type Shopper, stockUp } from '#proof/bench/purchase/shopper.ts';
import { countRightAnswers, steps } from '#proof/bench/purchase/steps.ts';
import { wideLimits } from '#scripts/services/edge/limits.ts';
import { startEdge } from '#scripts/services/nginx.ts';
import { choosePort } from '#scripts/services/ports.ts';

/** How many shoppers buy: all mixed, and then step by step, each of them once directly and once through nginx. */
const crowds = {
  full: { warmUp: 80, mixed: 240, stepped: 120, lanes: 16 },
  quick: { warmUp: 4, mixed: 16, stepped: 12, lanes: 4 },
};

/** The tiers of the shop. */
const shopTiers = ['nginx', 'node', 'redis', 'postgres'] as const;

/** A place where the shop is reached. */
interface Way {
  id: string;
  title: string;
  origin: string;
  pids: Partial<Record<Tier, number>>;
}

/** Whole purchases: what a shopper costs, from the first page to the confirmation. */
export const purchase: Scenario = {
  name: 'purchase',
  about: 'whole purchases as browsers send them, directly at Node and then through nginx',
  against: ['next-empty'],
  async run(bench) {
    const { harness, shop, say } = bench;
    const items = await stockUp(harness.client);
    const direct = { id: 'purchase', title: 'Purchases', origin: harness.origin, pids: {} };
    const measured = [await measurePurchases(bench, items, direct)];
    const edge = await startEdge({
      dataDir: harness.folder,
      host: '127.0.0.1',
      port: await choosePort(),
      options: { upstreams: [`${shop.host}:${shop.port}`], limits: wideLimits },
      log: say,
    });
    if (!edge) {
      say('not measured through nginx: there is none (Debian: apt-get install nginx)');
      return measured;
    }
    try {
      const way = { id: 'purchase-edge', title: 'Purchases through nginx', origin: edge.url };
      return [...measured, await measurePurchases(bench, items, { ...way, pids: { nginx: edge.pid } })];
    } finally {
      await edge.stop();
    }
  },
};

async function measurePurchases(bench: Bench, items: Item[], way: Way): Promise<Measurement> {
  const crowd = bench.options.quick ? crowds.quick : crowds.full;
  const make = (count: number) => makeShoppers(items, way.origin, count);
  await buyAll(make(crowd.warmUp), crowd.lanes);
  const [mixed, stepped] = [make(crowd.mixed), make(crowd.stepped)];
  let usageOf: Usage[] = [];
  const measurement = await measure(bench, way, mixed, () => buyAll(mixed, crowd.lanes));
  const single = await measure(bench, way, stepped, async () => {
    const pids = { ...way.pids, ...bench.harness.pids };
    const measureStep = async (load: () => Promise<void>) => (await measureCpu(pids, load)).usage;
    const bought = await buyStepByStep(stepped, crowd.lanes, measureStep);
    usageOf = bought.usageOf;
    return bought.result;
  });
  return {
    ...measurement,
    model: `as fast as answers come, ${crowd.lanes} shoppers at a time`,
    checks: [...measurement.checks, ...single.checks.map(ofSteps)],
    figures: figuresOf(measurement, mixed),
    parts: partsOf(mixed, usageOf, crowd.stepped),
  };
}

async function measure(
  bench: Bench,
  { id, title, pids }: Way,
  shoppers: Shopper[],
  drive: () => Promise<LoadResult>,
): Promise<Measurement> {
  const measurement = await bench.measureShop({
    id,
    title,
    model: '',
    orders: shoppers,
    orderOf: shopperOf,
    answers: [200, 201],
    pids,
    drive,
  });
  // Only now, so that decoding documents takes no CPU time from the shop that is measured.
  const right = countRightAnswers(shoppers);
  const all = check('answers that show what they should', shoppers.length * steps.length, right);
  return { ...measurement, checks: [...measurement.checks, all] };
}

const ofSteps = (one: Measurement['checks'][number]) => ({ ...one, name: `step by step: ${one.name}` });

/** CPU milliseconds of a purchase, how long it takes and how many bytes it transfers. */
function figuresOf(measurement: Measurement, shoppers: Shopper[]): Measurement['figures'] {
  const { committed, committedPerSecond, usage } = measurement;
  const cpuMs = (tiers: readonly Tier[]) => (cpuSecondsTogether(measurement, tiers) * 1000) / committed;
  const finished = shoppers.filter(({ replies }) => replies.length === steps.length);
  const tookMs = finished.map(({ replies }) => replies.reduce((sum, { ms }) => sum + ms, 0));
  const latency = latencyAmong(tookMs);
  const bytes = finished.flatMap(({ replies }) => replies.map(({ body }) => body.length));
  const each = shopTiers.filter((tier) => usage.cpuSeconds[tier] !== undefined);
  return {
    'CPU ms of a purchase': cpuMs(shopTiers),
    ...Object.fromEntries(each.map((tier) => [`${tier} CPU ms`, cpuMs([tier])])),
    'purchases a second': committedPerSecond,
    'p50 of a purchase, ms': latency?.p50 ?? null,
    'p95 of a purchase, ms': latency?.p95 ?? null,
    'p99 of a purchase, ms': latency?.p99 ?? null,
    'KB transferred': bytes.reduce((sum, length) => sum + length, 0) / finished.length / 1000,
  };
}
