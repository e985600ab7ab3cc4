import { setTimeout as sleep } from 'node:timers/promises';
import { booksKept } from '#proof/ablation/workloads/books.ts';
import { meaning } from '#proof/ablation/workloads/meaning.ts';
import { ordering } from '#proof/ablation/workloads/ordering.ts';
import { paying } from '#proof/ablation/workloads/paying.ts';
import { afterRestore } from '#proof/ablation/workloads/restoring.ts';
import { onTheShelf } from '#proof/ablation/workloads/shelf.ts';
import { leftUnpaid } from '#proof/ablation/workloads/unpaid.ts';
import { checkHistory } from '#proof/chaos/checker/check-history.ts';
import { recordsAreTrue } from '#proof/chaos/checker/check-records.ts';
import { unpaidBeyondLimits, unpaidMiscounted } from '#proof/chaos/checker/check-unpaid.ts';
import type { Violation } from '#proof/chaos/checker/evidence.ts';
import { History } from '#proof/chaos/checker/history.ts';
import { gather } from '#proof/harness/evidence/gather.ts';
import { addGoods } from '#proof/harness/evidence/goods.ts';
import { readRecords } from '#proof/harness/evidence/records.ts';
import { settle } from '#proof/harness/evidence/settle.ts';
import { readUnpaid } from '#proof/harness/evidence/unpaid.ts';
import type { Harness } from '#proof/harness/harness.ts';
import { randomOf } from '#proof/harness/random.ts';
import { RecordedShopper } from '#proof/harness/shopper/recorded-shopper.ts';
import type { Guard } from './guards.ts';
import { measured, type Work } from './measure.ts';
import type { Scene, Workload } from './scene.ts';
import type { TestBuild } from './test-build.ts';

export const workloads = {
  ...ordering,
  ...meaning,
  ...onTheShelf,
  ...paying,
  ...afterRestore,
  ...leftUnpaid,
  ...booksKept,
};
export type WorkloadName = keyof typeof workloads;

export interface Trial {
  workload: WorkloadName;
  without: readonly Guard[];
}

export interface Outcome {
  found: Violation[];
  /** Per checkout, except `deadlocks` and `orders`, which are for the whole trial. */
  work: Work;
  /**
   * Errors of the shop that no constraint explains. With one of them the trial differs from its
   * expectation.
   */
  complaints: string[];
  /** Why the trial could not be done. */
  failure?: string;
}

/** How often an impatient shopper clicks. */
const impatientClicks = 5;

/** Time for the work after an answer: a claim is settled after the answer is sent. */
const lastWordsMs = 200;

/** Runs one workload without some guards and checks the result. */
export async function perform(testBuild: TestBuild, { workload, without }: Trial): Promise<Outcome> {
  const { harness } = testBuild;
  const chosen: Workload = workloads[workload];
  const { goods, checkouts, worker, databaseMs = 0, mayComplain = [], prepare } = chosen;
  await testBuild.begin(without, chosen);
  const stock = new Map(Object.entries(goods));
  await addGoods(harness, stock);
  const chargedBefore = new Set(harness.simulator.ledger().map(({ paymentIntent }) => paymentIntent));
  const scene = sceneOf(harness, chosen, without);

  const act = await prepare(scene);
  const sentBefore = sentIn(scene.history);
  const counted = await measured(harness, databaseMs, act);
  const sent = sentIn(scene.history) - sentBefore;
  harness.simulator.clearFaults();
  await sleep(lastWordsMs);
  if (worker) await settle(harness);

  const evidence = await gather(harness, stock, scene.history.beganAtMs);
  const charges = evidence.charges.filter(({ paymentIntent }) => !chargedBefore.has(paymentIntent));
  const unpaid = await readUnpaid(harness);
  const records = await readRecords(harness);
  await testBuild.end();
  const found = [
    ...checkHistory({ ...evidence, charges, history: scene.history.calls }),
    ...unpaidBeyondLimits(unpaid),
    ...unpaidMiscounted(unpaid),
    ...recordsAreTrue(records),
  ];
  const isExpected = (message: string) => mayComplain.some((part) => message.includes(part));
  const each = (count: number) => count / checkouts;
  return {
    found,
    complaints: (await testBuild.complaints(chargedBefore)).filter((message) => !isExpected(message)),
    work: {
      sent: each(sent),
      arrived: each(counted.arrived),
      written: each(counted.written),
      roundTrips: each(counted.roundTrips),
      redisScripts: each(counted.redisScripts),
      lockMs: each(counted.lockMs),
      deadlocks: await deadlocks(harness),
      orders: evidence.orders.length,
    },
  };
}

function sceneOf(harness: Harness, { edge }: Workload, without: readonly Guard[]): Scene {
  const random = randomOf(1);
  const apps = harness.doors.slice(0, 2);
  const behindEdge = edge && !without.includes('edge') && harness.edge;
  const doors = behindEdge ? [behindEdge.port, behindEdge.port] : apps;
  const history = new History();
  let shoppers = 0;
  return {
    harness,
    history,
    clicks: without.includes('button') ? impatientClicks : 1,
    shopper: (network) =>
      new RecordedShopper(
        { doors, history, ...(network && { network }) },
        random.fork(`shopper ${shoppers++}`),
      ),
  };
}

const sentIn = ({ calls }: History) => calls.filter(({ kind }) => kind === 'order').length;

/** Connections report their statistics when they close, so the shop's processes must have ended. */
function deadlocks(harness: Harness): Promise<number> {
  return harness.withDatabase(async (client) => {
    const { rows } = await client.query<{ deadlocks: number }>(
      'SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()',
    );
    return rows[0]?.deadlocks ?? 0;
  });
}
