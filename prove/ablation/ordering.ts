import { setTimeout as sleep } from 'node:timers/promises';
import type { Shopper } from '../load/shopper.ts';
import { place, readyToOrder, type Scene, sendAtOnce, submissionOf, times, type Workload } from './scene.ts';

/** Workloads about carts, tokens and stock. */

const plenty = 10_000;
const shelf = (...skus: string[]) => Object.fromEntries(skus.map((sku) => [sku, plenty]));

/** Once the answer is there, it is asked for again: Back, a reload, a program that tries again. */
const later = 3;

const duplicated = (between: (scene: Scene) => Promise<void>) => async (scene: Scene) => {
  const ready = await times(8, async () => {
    const shopper = scene.shopper();
    return { shopper, submission: await readyToOrder(shopper, { PLENTY: 1 }) };
  });
  return async () => {
    await Promise.all(ready.map(({ shopper, submission }) => sendAtOnce(shopper, submission, scene.clicks)));
    await between(scene);
    for (let round = 0; round < later; round += 1)
      await Promise.all(
        ready.map(({ shopper, submission }, index) => shopper.submit(submission, (index + round) % 2)),
      );
  };
};

export const ordering = {
  duplicates: {
    about: 'each submission five times at once and three times later',
    goods: shelf('PLENTY'),
    checkouts: 8,
    edge: true,
    databaseMs: 1,
    // Whoever settles a claim does so behind the shopper's answer.
    prepare: duplicated(() => sleep(100) as Promise<void>),
  },

  forgotten: {
    about: 'the same, and Redis loses everything in between',
    goods: shelf('PLENTY'),
    checkouts: 8,
    databaseMs: 1,
    prepare: duplicated(({ lab }) => lab.flushRedis()),
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
        // First each tab at a process of its own, so that the two meet in the database.
        for (const { shopper, tabs } of ready)
          await Promise.all(
            [0, 1].flatMap((round) => tabs.map((tab, index) => shopper.submit(tab, (index + round) % 2))),
          );
      };
    },
  },

  lastOne: {
    about: 'two shoppers want the last one, each at another process',
    goods: Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`LAST-${index}`, 1])),
    checkouts: 16,
    databaseMs: 4,
    async prepare(scene) {
      const pairs = await times(8, (index) =>
        times(2, async () => {
          const shopper = scene.shopper();
          return { shopper, submission: await readyToOrder(shopper, { [`LAST-${index}`]: 1 }) };
        }),
      );
      return async () => {
        for (const pair of pairs)
          await Promise.all(pair.map(({ shopper, submission }, app) => shopper.submit(submission, app)));
      };
    },
  },

  swapped: {
    about: 'in another tab the cart becomes one of the same total',
    goods: shelf('RED', 'BLUE'),
    checkouts: 4,
    prepare: async (scene) => {
      const ready = await times(4, async () => {
        const shopper = scene.shopper();
        const submission = await readyToOrder(shopper, { RED: 1 });
        confirm(scene, submission, { RED: 1 });
        await shopper.put('BLUE', 1);
        await shopper.put('RED', 0);
        return { shopper, submission };
      });
      return async () => {
        await Promise.all(
          ready.map(({ shopper, submission }, index) => shopper.submit(submission, index % 2)),
        );
      };
    },
  },

  repriced: {
    about: 'the price goes up after the checkout was shown',
    goods: shelf('RED'),
    checkouts: 4,
    prepare: async (scene) => {
      const ready = await times(4, async () => {
        const shopper = scene.shopper();
        const submission = await readyToOrder(shopper, { RED: 1 });
        confirm(scene, submission, { RED: 1 });
        return { shopper, submission };
      });
      await scene.lab.withDatabase((client) =>
        client.query(`UPDATE variant SET price_minor = price_minor + 100 WHERE sku = 'RED'`),
      );
      return async () => {
        await Promise.all(
          ready.map(({ shopper, submission }, index) => shopper.submit(submission, index % 2)),
        );
      };
    },
  },

  foreignToken: {
    about: "an old order's token is sent with a new cart",
    goods: shelf('RED', 'BLUE'),
    checkouts: 4,
    prepare: async (scene) => {
      const ready = await times(4, async () => {
        const shopper = scene.shopper();
        const old = await readyToOrder(shopper, { RED: 1 });
        await place(shopper, old);
        return { shopper, old };
      });
      // An hour passes: what was ordered lately is looked at by the writer anyway.
      await scene.lab.withDatabase(async (client) => {
        await client.query(`UPDATE orders SET placed_at = placed_at - interval '1 hour'`);
        await client.query(`UPDATE cart SET updated_at = updated_at - interval '1 hour'`);
      });
      // And Redis keeps answers for a day.
      await scene.lab.flushRedis();
      const mixed = await Promise.all(
        ready.map(async ({ shopper, old }) => {
          const next = await readyToOrder(shopper, { BLUE: 1 });
          const body = JSON.stringify({ ...JSON.parse(next.body), submitToken: old.token });
          return { shopper, submission: { ...next, token: old.token, body } };
        }),
      );
      return async () => {
        await Promise.all(
          mixed.map(({ shopper, submission }, index) => shopper.submit(submission, index % 2)),
        );
      };
    },
  },

  crowd: {
    about: 'sixteen shoppers at a time want the same five things',
    goods: shelf('A', 'B', 'C', 'D', 'E'),
    checkouts: 32,
    writers: 8,
    databaseMs: 4,
    async prepare(scene) {
      const ready = await times(32, async () => {
        const shopper = scene.shopper();
        return { shopper, submission: await readyToOrder(shopper, { A: 1, B: 1, C: 1, D: 1, E: 1 }) };
      });
      return async () => {
        for (let first = 0; first < ready.length; first += 16)
          await Promise.all(
            ready
              .slice(first, first + 16)
              .map(({ shopper, submission }) => shopper.submitUntilKnown(submission)),
          );
      };
    },
  },

  firstLines: {
    about: 'an empty cart gets its first line in two tabs, the second a moment after the first',
    goods: shelf('RED', 'BLUE'),
    checkouts: 40,
    databaseMs: 8,
    prepare: async (scene) => {
      const shoppers = await times(40, async () => {
        const shopper = scene.shopper();
        await shopper.call('cart', 'GET', '/api/cart', { app: 0 });
        return shopper;
      });
      // From "at the same time" to "when the first is done": somewhere between them it is in between.
      const first = (shopper: Shopper) => shopper.put('RED', 1);
      const second = (shopper: Shopper, ms: number) => sleep(ms).then(() => shopper.put('BLUE', 1));
      return async () => {
        for (let at = 0; at < shoppers.length; at += 4)
          await Promise.all(
            shoppers
              .slice(at, at + 4)
              .flatMap((shopper, index) => [first(shopper), second(shopper, (at + index) * 6)]),
          );
      };
    },
  },

  bulkBuyer: {
    about: 'one shopper orders forty carts in a row',
    goods: shelf('PLENTY'),
    checkouts: 40,
    prepare: async (scene) => {
      const shopper = scene.shopper();
      return async () => {
        for (let quantity = 1; quantity <= 40; quantity += 1) {
          await shopper.put('PLENTY', quantity);
          await shopper.submit(await submissionOf(shopper), quantity % 2);
        }
      };
    },
  },

  strangers: {
    about: "somebody writes another shopper's id into their cookie",
    goods: shelf('PLENTY'),
    checkouts: 1,
    prepare: async (scene) => {
      const owner = scene.shopper();
      const eve = scene.shopper();
      const orderId = await place(owner, await readyToOrder(owner, { PLENTY: 1 }));
      await eve.put('PLENTY', 2);
      const forged = eve.cookie.replace(eve.id, owner.id);
      return async () => {
        eve.cookie = forged;
        await eve.read(orderId, 'snoop');
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
        // The claim is taken at once, and the database would answer in a minute.
        for (const proxy of scene.lab.proxies.postgres)
          proxy.disturb({ kind: 'latency', ms: 60_000 }, () => true);
        const first = shopper.submit(submission, 0);
        await sleep(500);
        await scene.lab.apps[0].kill();
        await first;
        for (const proxy of scene.lab.proxies.postgres) proxy.heal();
        await shopper.submitUntilKnown(submission);
      };
    },
  },
} as const satisfies Record<string, Workload>;

function confirm(
  { confirmed }: Scene,
  { token, body }: { token: string; body: string },
  lines: Record<string, number>,
): void {
  const { totalMinor } = JSON.parse(body) as { totalMinor: number };
  confirmed.set(token, { lines, totalMinor });
}
