import { setTimeout as sleep } from 'node:timers/promises';
import {
  readyToOrder,
  type Scene,
  sendTogether,
  shelf,
  submissionOf,
  times,
  type Workload,
} from '#proof/ablation/scene.ts';

/** Workloads about one submission, or several of one cart, in every order of arrival. */

/** Replays after the answer: Back, a reload, a client that retries. */
const later = 3;

const duplicated = (between: (scene: Scene) => Promise<unknown>) => async (scene: Scene) => {
  const ready = await times(8, async () => {
    const shopper = scene.shopper();
    return { shopper, submission: await readyToOrder(shopper, { PLENTY: 1 }) };
  });
  return async () => {
    await Promise.all(
      ready.map(({ shopper, submission }) => sendTogether(shopper, submission, scene.clicks)),
    );
    await between(scene);
    for (let round = 0; round < later; round += 1)
      await Promise.all(
        ready.map(({ shopper, submission }, index) =>
          shopper.submit(submission, { app: (index + round) % 2 }),
        ),
      );
  };
};

export const ordering = {
  duplicates: {
    about: 'each submission five times at the same time and three times later',
    goods: shelf('PLENTY'),
    checkouts: 8,
    edge: true,
    databaseMs: 1,
    // A claim is settled after the shopper's answer is sent.
    prepare: duplicated(() => sleep(100)),
  },

  forgotten: {
    about: 'the same, and Redis loses its data in between',
    goods: shelf('PLENTY'),
    checkouts: 8,
    databaseMs: 1,
    prepare: duplicated(({ harness }) => harness.redis.flush()),
  },

  twoTabs: {
    about: 'one cart in two tabs, at two prices, each sent twice',
    goods: shelf('PLENTY'),
    checkouts: 8,
    databaseMs: 4,
    async prepare(scene) {
      const ready = await times(8, async () => {
        const shopper = scene.shopper();
        await shopper.put('PLENTY', 1);
        const tabs = [
          await submissionOf(shopper),
          await submissionOf(shopper, undefined, { shippingMethod: 'express' }),
        ];
        return { shopper, tabs };
      });
      return async () => {
        // First each tab uses its own process, so that the two meet in the database.
        for (const { shopper, tabs } of ready)
          await Promise.all(
            [0, 1].flatMap((round) =>
              tabs.map((tab, index) => shopper.submit(tab, { app: (index + round) % 2 })),
            ),
          );
      };
    },
  },

  bulkBuyer: {
    about: 'one shopper orders forty carts in a row',
    goods: shelf('A', 'B', 'C'),
    checkouts: 40,
    prepare: async (scene) => {
      const shopper = scene.shopper();
      return async () => {
        // No two carts are equal, and their items together stay below the limit on unpaid items.
        for (let cart = 1; cart <= 40; cart += 1) {
          const lines = { A: cart % 4, B: (cart >> 2) % 4, C: cart >> 4 };
          await shopper.submit(await readyToOrder(shopper, lines), { app: cart % 2 });
        }
      };
    },
  },

  deadOwner: {
    about: 'the process that has claimed a submission is killed',
    goods: shelf('PLENTY'),
    checkouts: 1,
    prepare: async (scene) => {
      const shopper = scene.shopper();
      const submission = await readyToOrder(shopper, { PLENTY: 1 });
      return async () => {
        // A server looks the ended sessions up again after ten seconds, and reads the pricing rules before its
        // first order. This call does both before the database becomes slow, so that the submission gets as
        // far as its claim.
        await shopper.call('read', (at) => at.request('/api/checkout'), { app: 0 });
        // The claim is taken immediately; the database would answer in a minute.
        for (const proxy of scene.harness.proxies.postgres)
          proxy.disturb({ kind: 'latency', ms: 60_000 }, () => true);
        const first = shopper.submit(submission, { app: 0 });
        await sleep(500);
        await scene.harness.apps[0].kill();
        await first;
        for (const proxy of scene.harness.proxies.postgres) proxy.heal();
        await shopper.submitUntilKnown(submission);
      };
    },
  },
} as const satisfies Record<string, Workload>;
