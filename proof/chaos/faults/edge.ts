import { setTimeout as sleep } from 'node:timers/promises';
import type { Harness } from '#proof/harness/harness.ts';
import type { Fault } from './fault.ts';

/** nginx, which a third of all calls go through. */

const reloads = 5;
const betweenMs = 400;

const missing = ({ edge }: Harness) => (edge ? undefined : 'there is no nginx on this machine');

export const edgeFaults: Fault[] = [
  {
    name: 'nginx reloaded',
    at: 'edge',
    missing,
    inject: async ({ edge }) => {
      let reloaded = 0;
      for (let times = 0; times < reloads; times += 1) {
        reloaded += (await edge?.reload()) ?? 0;
        await sleep(betweenMs);
      }
      return reloaded;
    },
  },
  {
    name: 'nginx killed',
    at: 'edge',
    missing,
    inject: async ({ edge }) => {
      const ended = (await edge?.kill()) ?? 0;
      await edge?.start();
      return ended;
    },
  },
  { name: 'nginx away', at: 'edge', missing, inject: async ({ edge }) => (await edge?.kill()) ?? 0 },
];
