import { readyToOrder, shelf, times, type Workload } from '#proof/ablation/scene.ts';

/** Workloads about items that several shoppers want. */

export const onTheShelf = {
  lastOne: {
    about: 'two shoppers order the last unit, each at another process',
    goods: Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`LAST-${index}`, 1])),
    checkouts: 16,
    databaseMs: 4,
    // `planCheck` at work.
    mayComplain: ['the plan of a batch was refused'],
    async prepare(scene) {
      const pairs = await times(8, (index) =>
        times(2, async () => {
          const shopper = scene.shopper();
          return { shopper, submission: await readyToOrder(shopper, { [`LAST-${index}`]: 1 }) };
        }),
      );
      return async () => {
        for (const pair of pairs)
          await Promise.all(pair.map(({ shopper, submission }, app) => shopper.submit(submission, { app })));
      };
    },
  },

  crowd: {
    about: 'sixteen shoppers at a time order the same five items',
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
} as const satisfies Record<string, Workload>;
