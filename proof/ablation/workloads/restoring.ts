import { goodCard, place, readyToOrder, shelf, times, type Workload } from '#proof/ablation/scene.ts';
import { backUpDatabase } from '#proof/harness/services/database-backup.ts';
import type { RecordedShopper, Submission } from '#proof/harness/shopper/recorded-shopper.ts';

/** Workloads about a database that loses committed data while everything else keeps it. */
export const afterRestore = {
  restored: {
    about: 'the database is restored to before its orders, and each is sent again',
    goods: shelf('PLENTY'),
    checkouts: 6,
    worker: true,
    // The database is down for a while, and charges have no order until their submissions are sent
    // again.
    mayComplain: ['job queue', 'P2010', 'matches no order', 'Connection terminated'],
    prepare: async (scene) => {
      const ready = await times(6, async (index) => {
        const shopper = scene.shopper();
        const payment = index % 2 === 0 ? goodCard : undefined;
        return { shopper, submission: await readyToOrder(shopper, { PLENTY: 1 }, payment) };
      });
      const { harness } = scene;
      const backup = await backUpDatabase(harness.postgres);
      // Twice, so that a replay is answered from a cache where there is one.
      await Promise.all(ready.map(orderTwice));
      await harness.postgres.kill();
      await backup.bringBack();
      await harness.postgres.start();
      return async () => {
        await Promise.all(ready.map(({ shopper, submission }) => shopper.submitUntilKnown(submission)));
      };
    },
  },
} as const satisfies Record<string, Workload>;

async function orderTwice({ shopper, submission }: { shopper: RecordedShopper; submission: Submission }) {
  await place(shopper, submission);
  await place(shopper, submission);
}
