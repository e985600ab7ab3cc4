import { setTimeout as sleep } from 'node:timers/promises';
import { place, readyToOrder, sendEach, shelf, times, type Workload } from '#proof/ablation/scene.ts';
import type { RecordedShopper } from '#proof/harness/shopper/recorded-shopper.ts';

/** Workloads about what a shopper meant: carts that change, and tokens and cookies of another shopper. */

export const meaning = {
  swapped: {
    about: 'in another tab the cart changes to one with the same total',
    goods: shelf('RED', 'BLUE'),
    checkouts: 4,
    prepare: async (scene) => {
      const ready = await times(4, async () => {
        const shopper = scene.shopper();
        const submission = await readyToOrder(shopper, { RED: 1 });
        await shopper.put('BLUE', 1);
        await shopper.put('RED', 0);
        return { shopper, submission };
      });
      return async () => {
        await sendEach(ready);
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
        return { shopper, submission };
      });
      await scene.harness.withDatabase((client) =>
        client.query(`UPDATE variant SET price_minor = price_minor + 100 WHERE sku = 'RED'`),
      );
      return async () => {
        await sendEach(ready);
      };
    },
  },

  reshipped: {
    about: 'the shipping price goes up after the checkout was shown',
    goods: shelf('RED'),
    checkouts: 8,
    prepare: async (scene) => {
      const ready = await times(8, async () => {
        const shopper = scene.shopper();
        const submission = await readyToOrder(shopper, { RED: 1 });
        return { shopper, submission };
      });
      await scene.harness.withDatabase((client) =>
        client.query('UPDATE shipping_rate SET price_minor = price_minor + 100'),
      );
      return async () => {
        await sendEach(ready);
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
      // An hour passes, because the writer always reads recent orders.
      await scene.harness.withDatabase(async (client) => {
        await client.query(`UPDATE orders SET placed_at = placed_at - interval '1 hour'`);
        await client.query(`UPDATE cart SET updated_at = updated_at - interval '1 hour'`);
      });
      // Redis, too, must forget: it keeps answers for a day.
      await scene.harness.redis.flush();
      const mixed = await Promise.all(
        ready.map(async ({ shopper, old }) => {
          const next = await readyToOrder(shopper, { BLUE: 1 });
          const body = { ...next.body, submitToken: old.token };
          return { shopper, submission: { ...next, token: old.token, body } };
        }),
      );
      return async () => {
        await sendEach(mixed);
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
        await shopper.call('cart', (at) => at.request('/api/cart'), { app: 0 });
        return shopper;
      });
      // From "at the same time" to "after the first is done". Some delay between them hits the race.
      const first = (shopper: RecordedShopper) => shopper.put('RED', 1);
      const second = (shopper: RecordedShopper, ms: number) => sleep(ms).then(() => shopper.put('BLUE', 1));
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

  strangers: {
    about: "a shopper writes another shopper's id into their cookie",
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
} as const satisfies Record<string, Workload>;
