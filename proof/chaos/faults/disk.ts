import { setTimeout as sleep } from 'node:timers/promises';
import type { Harness } from '#proof/harness/harness.ts';
import type { Fault } from './fault.ts';

/**
 * The database's disk is full. First, no table can grow, and orders are refused. Then the write-ahead
 * log cannot grow either, and PostgreSQL crashes. It restarts by itself again and again, but does not
 * come up until there is space.
 */

const tablesFullMs = 2_500;
const logFullMs = 2_000;
/** PostgreSQL recycles up to a gigabyte of old log files. That much is written before the log is full. */
const logLimitMs = 30_000;

export const diskFault: Fault = {
  name: 'disk full',
  at: 'postgres',
  missing: ({ disk }) => (typeof disk === 'string' ? disk : undefined),
  inject: async (harness) => {
    const { disk } = harness;
    if (typeof disk === 'string') return 0;
    try {
      await disk.fill();
      await sleep(tablesFullMs);
      await fillLog(harness);
      await sleep(logFullMs);
    } finally {
      await disk.free();
    }
    await harness.postgres.start();
    return 0;
  },
  strikes: ({ disk }) => (typeof disk === 'string' ? 0 : disk.complaints()),
};

/** Writes only into the log, until the database fails. */
async function fillLog({ withDatabase }: Harness): Promise<void> {
  const until = performance.now() + logLimitMs;
  const write = withDatabase(async (client) => {
    while (performance.now() < until)
      await client.query(`SELECT pg_logical_emit_message(false, 'prove', repeat('x', 4000000))`);
  });
  await write.catch(() => undefined);
}
