import { setTimeout as sleep } from 'node:timers/promises';
import {
  badCard,
  goodCard,
  place,
  readyToOrder,
  type Scene,
  times,
  type Workload,
} from '#proof/ablation/scene.ts';
import { first } from '#proof/harness/tcp-proxy.ts';
import { ApiError } from '#proof/simulator/http/api-error.ts';

/** Workloads about payments and the end of an order. */

const goods = { PLENTY: 10_000 };

/** How long the provider takes for a charge: longer than a duplicate waits for another's claim (2 s). */
const slowMs = 2_600;

const slowly = ({ harness }: Scene) =>
  harness.simulator.addFault({
    kind: 'slow',
    ms: slowMs,
    times: 1_000,
    on: { method: 'POST', path: '^/v1/payment_intents$' },
  });

/** Sends a card order twice, to both processes. The second arrives while the first is being charged. */
const twiceWhileCharging = (card: Record<string, unknown>) => async (scene: Scene) => {
  const ready = await times(3, async () => {
    const shopper = scene.shopper();
    return { shopper, submission: await readyToOrder(shopper, { PLENTY: 1 }, card) };
  });
  slowly(scene);
  return async () => {
    await Promise.all(
      ready.map(async ({ shopper, submission }) => {
        const first = shopper.submit(submission, { app: 0 });
        await sleep(300);
        await Promise.all([first, shopper.submit(submission, { app: 1 })]);
        await shopper.submitUntilKnown(submission);
      }),
    );
  };
};

export const paying = {
  slowCard: {
    about: 'a card order is sent again while the provider is slow',
    goods,
    checkouts: 3,
    worker: true,
    // About a second charge for one attempt.
    mayComplain: ['matches no order'],
    prepare: twiceWhileCharging(goodCard),
  },

  slowRefusal: {
    about: 'the same, and the card is declined in the end',
    goods,
    checkouts: 3,
    worker: true,
    prepare: twiceWhileCharging(badCard),
  },

  nextCard: {
    about: 'after a declined card, the next card is sent from two windows',
    goods,
    checkouts: 6,
    worker: true,
    databaseMs: 4,
    prepare: async (scene) => {
      const refused = await times(6, async () => {
        const shopper = scene.shopper();
        const submission = await readyToOrder(shopper, { PLENTY: 1 }, badCard);
        return { shopper, orderId: await place(shopper, submission) };
      });
      return async () => {
        for (const { shopper, orderId } of refused) await times(2, (app) => shopper.payOnce(orderId, 2, app));
      };
    },
  },

  confirmedAgain: {
    about: 'of four declined charges, two are confirmed again with a good card, without the shop',
    goods,
    checkouts: 4,
    worker: true,
    prepare: async (scene) => {
      const refused = await times(4, async () => {
        const shopper = scene.shopper();
        return place(shopper, await readyToOrder(shopper, { PLENTY: 1 }, badCard));
      });
      return async () => {
        // After the job, which is due when the refusal is written.
        await sleep(calledOffWithinMs);
        for (const orderId of refused.slice(0, 2)) await confirmAgain(scene.harness, orderId);
      };
    },
  },

  cancelledTwice: {
    about: 'an order is cancelled in two windows',
    goods,
    checkouts: 8,
    databaseMs: 4,
    prepare: async (scene) => {
      const placed = await times(8, async () => {
        const shopper = scene.shopper();
        return { shopper, orderId: await place(shopper, await readyToOrder(shopper, { PLENTY: 1 })) };
      });
      return async () => {
        for (const { shopper, orderId } of placed) await times(2, (app) => shopper.cancelOnce(orderId, app));
      };
    },
  },

  cancelledOnce: {
    about: 'an order is cancelled',
    goods,
    checkouts: 8,
    databaseMs: 2,
    prepare: async (scene) => {
      const placed = await times(8, async () => {
        const shopper = scene.shopper();
        return { shopper, orderId: await place(shopper, await readyToOrder(shopper, { PLENTY: 1 })) };
      });
      return async () => {
        await Promise.all(
          placed.map(({ shopper, orderId }, index) => shopper.cancelOnce(orderId, index % 2)),
        );
        await sleep(releasedWithinMs);
      };
    },
  },

  oldNews: {
    about: "a hold expires while its card is charged, and the provider's answers are late",
    goods: { LAST: 1 },
    checkouts: 1,
    worker: true,
    prepare: async (scene) => {
      const shopper = scene.shopper();
      const rival = scene.shopper();
      const submission = await readyToOrder(shopper, { LAST: 1 }, goodCard);
      const wish = await readyToOrder(rival, { LAST: 1 });
      return async () => {
        await askTooEarlyHearTooLate(scene, () => shopper.submit(submission, { app: 0 }));
        await rival.submit(wish, { app: 1 });
      };
    },
  },

  cancelledTooEarly: {
    about: "an order is cancelled while its charge is on its way, and the provider's events are lost",
    goods,
    checkouts: 2,
    worker: true,
    prepare: async (scene) => {
      const ready = await times(2, async () => {
        const shopper = scene.shopper();
        return { shopper, submission: await readyToOrder(shopper, { PLENTY: 1 }, goodCard) };
      });
      return async () => {
        const [toProvider] = scene.harness.proxies.provider;
        scene.harness.simulator.addFault({ kind: 'webhook_drop', times: 1_000 });
        const late = { kind: 'late', to: ['POST /v1/payment_intents'], ms: arrivesAfterMs } as const;
        // Only the first request for each order.
        toProvider?.disturb(late, first(ready.length));
        await Promise.all(
          ready.map(async ({ shopper, submission }) => shopper.cancel(await place(shopper, submission))),
        );
        await sleep(arrivesAfterMs);
        toProvider?.heal();
      };
    },
  },
} as const satisfies Record<string, Workload>;

/** Long enough for jobs after the answers, which all lock the stock of one item. */
const releasedWithinMs = 2_000;

/** The worker is notified when a job is enqueued. A busy machine needs some seconds. */
const calledOffWithinMs = 3_000;

/** Confirms as Stripe.js does in the shopper's browser. A cancelled charge accepts no card. */
async function confirmAgain({ simulator }: Scene['harness'], orderId: string): Promise<void> {
  const ref = simulator.ledger(orderId)[0]?.paymentIntent ?? '';
  await simulator.dashboard.confirm(ref).catch((error) => {
    if (!(error instanceof ApiError)) throw error;
  });
}

/** Longer than the shop waits for the provider (6 s). */
const arrivesAfterMs = 8_000;

/**
 * Times after the charge request reached the provider: when the job for holds queries, when the charge
 * is created, and how long the answers take. The request times out after 6 s, before its answer arrives
 * and before the job has its answer.
 */
const askedAfterMs = 2_000;
const chargedAfterMs = 5_000;
const answersTakeMs = 4_500;

/** How long the job takes to get its answer and act, after the request has timed out. */
const actsWithinMs = 3_000;

/**
 * A card is charged, and the shop does not know it for a while. The job for holds has queried before
 * that. Its answer "no charge" arrives after the request has written "unknown". Every other source of
 * the outcome reports at the end.
 */
async function askTooEarlyHearTooLate({ harness }: Scene, submit: () => Promise<unknown>): Promise<void> {
  const [toProvider] = harness.proxies.provider;
  if (!toProvider) throw new Error('the harness has no proxy to the provider');
  await learnProviderClock(harness);
  harness.simulator.addFault({ kind: 'slow', ms: chargedAfterMs, on: { method: 'POST' } });
  harness.simulator.addFault({ kind: 'webhook_delay', ms: 60_000, times: 10 });
  const submitted = submit();
  for (let orderId: string | undefined; ; await sleep(20)) {
    orderId ??= await firstOrder(harness);
    if (orderId && harness.simulator.usesOfKey(`order:${orderId}:1`) > 0) break;
  }
  // The chunks that pass now are the job's query, its answer, and the answer to the request.
  let pieces = 0;
  toProvider.disturb({ kind: 'latency', ms: answersTakeMs }, () => {
    pieces += 1;
    return pieces === 2 || pieces === 3;
  });
  await sleep(askedAfterMs);
  await harness.withDatabase(async (client) => {
    await client.query(`UPDATE payment SET created_at = created_at - interval '1 hour'`);
    await client.query(`UPDATE orders SET hold_until = now() - interval '1 minute'`);
    await client.query(`SELECT graphile_worker.add_job('expire_holds', '{}'::json)`);
  });
  await submitted;
  await sleep(actsWithinMs);
  toProvider.heal();
}

/**
 * Lets the worker call the provider once. Before its first call it does not know the provider's clock. The job
 * for holds would ask for the time first, and for the charge only after that.
 */
const learnProviderClock = (harness: Scene['harness']): Promise<void> =>
  harness.withDatabase(async (client) => {
    await client.query(`SELECT graphile_worker.add_job('poll_events', '{}'::json, job_key := 'first_call')`);
    const isQueued = async () =>
      (await client.query(`SELECT FROM graphile_worker.jobs WHERE key = 'first_call'`)).rowCount !== 0;
    while (await isQueued()) await sleep(50);
  });

const firstOrder = (harness: Scene['harness']): Promise<string | undefined> =>
  harness.withDatabase(async (client) => {
    const { rows } = await client.query<{ id: string }>('SELECT id FROM orders');
    return rows[0]?.id;
  });
