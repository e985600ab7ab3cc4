import { randomUUID } from 'node:crypto';
import { readyToOrder, sendEach, shelf, times, type Workload } from '#proof/ablation/scene.ts';
import { sharedNetwork } from '#proof/harness/shopper/networks.ts';

/** Workloads about orders that their shoppers don't intend to pay. */
export const leftUnpaid = {
  drained: {
    about: 'forty new sessions of one network order 25 items each at the same time, by invoice',
    goods: shelf('PLENTY'),
    checkouts: 40,
    writers: 4,
    databaseMs: 4,
    prepare: async (scene) => {
      const network = sharedNetwork(1);
      const ready = await times(40, async () => {
        const shopper = scene.shopper(network);
        const email = `${randomUUID()}@example.com`;
        return { shopper, submission: await readyToOrder(shopper, { PLENTY: 25 }, undefined, { email }) };
      });
      return async () => {
        // In waves, so that several batches run at the same time, even if the first is fast.
        for (let at = 0; at < ready.length; at += 8) await sendEach(ready.slice(at, at + 8));
      };
    },
  },
} as const satisfies Record<string, Workload>;
