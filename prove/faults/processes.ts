import type { Fault } from './fault.ts';

/** Processes that end without a word, that stand still, and that are replaced one after the other. */
export const processFaults: Fault[] = [
  {
    name: 'app killed',
    at: 'app',
    inject: async (lab, random) => {
      const app = random.pick(lab.apps);
      await app.kill();
      await app.start();
    },
  },
  {
    name: 'both apps killed',
    at: 'app',
    inject: async ({ apps }) => {
      await Promise.all(apps.map((app) => app.kill()));
      await Promise.all(apps.map((app) => app.start()));
    },
  },
  {
    name: 'app frozen',
    at: 'app',
    inject: async (lab, random) => random.pick(lab.apps).signal('SIGSTOP'),
  },
  {
    name: 'rolling restart',
    at: 'app',
    inject: async ({ apps }) => {
      for (const app of apps) {
        await app.stop();
        await app.start();
      }
    },
  },
  {
    name: 'worker killed',
    at: 'worker',
    inject: async ({ worker }) => {
      await worker.kill();
      await worker.start();
    },
  },
  { name: 'worker away', at: 'worker', inject: ({ worker }) => worker.kill() },
];
