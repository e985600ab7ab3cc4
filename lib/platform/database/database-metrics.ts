import type { Pool } from 'pg';
import { counter, gauge } from '#lib/platform/metrics.ts';
import { processWide } from '#lib/platform/process-wide.ts';

/** The pools that this process or thread has opened. */
const pools = () => processWide('measuredPools', () => new Map<string, Pool>());

export function measurePool(name: 'pages' | 'writer', pool: Pool): void {
  pools().set(name, pool);
}

gauge({
  name: 'once_database_pool',
  help: 'Connections of a pool in use and idle, and callers that wait for one',
  labelNames: ['pool', 'state'],
  collect() {
    for (const [pool, { totalCount, idleCount, waitingCount }] of pools()) {
      this.set({ pool, state: 'in_use' }, totalCount - idleCount);
      this.set({ pool, state: 'idle' }, idleCount);
      this.set({ pool, state: 'waiting' }, waitingCount);
    }
  },
});

const away = counter({
  name: 'once_database_away_total',
  help: 'Requests that were answered with "unavailable" because the database did not answer',
});

export function countDatabaseAway(): void {
  away.inc();
}
