import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../lab/lab.ts';
import type { Fault } from './fault.ts';

/** nginx, through which a third of all calls go. */

const reloads = 5;
const betweenMs = 400;

const missing = ({ edge }: Lab) => (edge ? undefined : 'there is no nginx on this machine');

export const edgeFaults: Fault[] = [
  {
    name: 'nginx reloaded',
    at: 'edge',
    missing,
    inject: async ({ edge }) => {
      for (let times = 0; times < reloads; times += 1) {
        await edge?.reload();
        await sleep(betweenMs);
      }
    },
  },
  {
    name: 'nginx killed',
    at: 'edge',
    missing,
    inject: async ({ edge }) => {
      await edge?.kill();
      await edge?.start();
    },
  },
  { name: 'nginx away', at: 'edge', missing, inject: async ({ edge }) => edge?.kill() },
];
