import type { Fault } from './fault.ts';

/** Processes that crash, freeze, or are restarted one after the other. */
export const processFaults: Fault[] = [
  {
    name: 'app killed',
    at: 'app',
    inject: async (harness, random) => {
      const app = random.pick(harness.apps);
      const ended = await app.kill();
      await app.start();
      return ended;
    },
  },
  {
    name: 'both apps killed',
    at: 'app',
    inject: async ({ apps }) => {
      const ended = await Promise.all(apps.map((app) => app.kill()));
      await Promise.all(apps.map((app) => app.start()));
      return ended.reduce((sum, one) => sum + one, 0);
    },
  },
  {
    name: 'app frozen',
    at: 'app',
    inject: async (harness, random) => random.pick(harness.apps).signal('SIGSTOP'),
    // Longer than a client waits; and longer than its claims last, so that the process wakes up beside
    // another owner.
    lastsMs: (random) => random.pick([0, 15_000, 35_000]),
  },
  {
    name: 'rolling restart',
    at: 'app',
    inject: async ({ apps }) => {
      let ended = 0;
      for (const app of apps) {
        ended += await app.stop();
        await app.start();
      }
      return ended;
    },
  },
  {
    name: 'worker killed',
    at: 'worker',
    inject: async ({ worker }) => {
      const ended = await worker.kill();
      await worker.start();
      return ended;
    },
  },
  { name: 'worker away', at: 'worker', inject: ({ worker }) => worker.kill() },
];
