import { setTimeout as sleep } from 'node:timers/promises';
import { ordering } from '#proof/ablation/workloads/ordering.ts';
import { paying } from '#proof/ablation/workloads/paying.ts';
import { afterRestore } from '#proof/ablation/workloads/restoring.ts';
import { onTheShelf } from '#proof/ablation/workloads/shelf.ts';
import { leftUnpaid } from '#proof/ablation/workloads/unpaid.ts';
import { checkHistory } from '#proof/chaos/checker/check-history.ts';
import { unpaidBeyondLimits, unpaidMiscounted } from '#proof/chaos/checker/check-unpaid.ts';
import type { Violation } from '#proof/chaos/checker/evidence.ts';
import { History } from '#proof/chaos/checker/history.ts';
import { gather, settle } from '#proof/chaos/lab/evidence.ts';
import { addGoods } from '#proof/chaos/lab/goods.ts';
import type { Lab } from '#proof/chaos/lab/lab.ts';
import { readUnpaid } from '#proof/chaos/lab/unpaid.ts';
import { Shopper } from '#proof/chaos/load/shopper.ts';
import { randomOf } from '#proof/harness/random.ts';
import type { Guard } from './guards.ts';
import type { Laboratory } from './laboratory.ts';
import { meaning } from './meaning.ts';
import { measured, type Work } from './measure.ts';
import type { Scene, Workload } from './scene.ts';

export const workloads = {
  ...ordering,
  ...meaning,
  ...onTheShelf,
  ...paying,
  ...afterRestore,
  ...leftUnpaid,
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
export async function perform(laboratory: Laboratory, { workload, without }: Trial): Promise<Outcome> {
  const { lab } = laboratory;
  const chosen: Workload = workloads[workload];
  const { goods, checkouts, worker, databaseMs = 0, mayComplain = [], prepare } = chosen;
  await laboratory.begin(without, chosen);
  const stock = new Map(Object.entries(goods));
  await addGoods(lab, stock);
  const chargedBefore = new Set(lab.simulator.ledger().map(({ paymentIntent }) => paymentIntent));
  const scene = sceneOf(lab, chosen, without);

  const act = await prepare(scene);
  const sentBefore = sentIn(scene.history);
  const counted = await measured(lab, databaseMs, act);
  const sent = sentIn(scene.history) - sentBefore;
  lab.simulator.clearFaults();
  await sleep(lastWordsMs);
  if (worker) await settle(lab);

  const evidence = await gather(lab, stock, scene.history.beganAtMs);
  const charges = evidence.charges.filter(({ paymentIntent }) => !chargedBefore.has(paymentIntent));
  const unpaid = await readUnpaid(lab);
  await laboratory.end();
  const found = [
    ...checkHistory({ ...evidence, charges, history: scene.history.calls }),
    ...unpaidBeyondLimits(unpaid),
    ...unpaidMiscounted(unpaid),
  ];
  const isExpected = (message: string) => mayComplain.some((part) => message.includes(part));
  const each = (count: number) => count / checkouts;
  return {
    found,
    complaints: (await laboratory.complaints(chargedBefore)).filter((message) => !isExpected(message)),
    work: {
      sent: each(sent),
      arrived: each(counted.arrived),
      written: each(counted.written),
      roundTrips: each(counted.roundTrips),
      redisScripts: each(counted.redisScripts),
      lockMs: each(counted.lockMs),
      deadlocks: await deadlocks(lab),
      orders: evidence.orders.length,
    },
  };
}

function sceneOf(lab: Lab, { edge }: Workload, without: readonly Guard[]): Scene {
  const random = randomOf(1);
  const apps = lab.doors.slice(0, 2);
  const behindEdge = edge && !without.includes('edge') && lab.edge;
  const doors = behindEdge ? [behindEdge.port, behindEdge.port] : apps;
  const history = new History();
  let shoppers = 0;
  return {
    lab,
    history,
    clicks: without.includes('button') ? impatientClicks : 1,
    shopper: (network) =>
      new Shopper({ doors, history, ...(network && { network }) }, random.fork(`shopper ${shoppers++}`)),
  };
}

const sentIn = ({ calls }: History) => calls.filter(({ kind }) => kind === 'order').length;

/** Connections report their statistics when they close, so the shop's processes must have ended. */
function deadlocks(lab: Lab): Promise<number> {
  return lab.withDatabase(async (client) => {
    const { rows } = await client.query<{ deadlocks: number }>(
      'SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()',
    );
    return rows[0]?.deadlocks ?? 0;
  });
}
