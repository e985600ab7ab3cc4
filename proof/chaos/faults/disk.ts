import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '#proof/chaos/lab/lab.ts';
import type { Fault } from './fault.ts';
import { startPostgres } from './stores.ts';

/**
 * The database's disk is full. First no table grows, and orders are refused; then there is no room for
 * the log of what is committed either, and PostgreSQL gives up: it starts again by itself, as often as
 * it can, and does not come up before there is room.
 */

const tablesFullMs = 2_500;
const logFullMs = 2_000;
/** PostgreSQL keeps old parts of its log to write over, up to a gigabyte: that much is written before it is full. */
const logLimitMs = 30_000;

export const diskFault: Fault = {
  name: 'disk full',
  at: 'postgres',
  missing: ({ disk }) => (typeof disk === 'string' ? disk : undefined),
  inject: async (lab) => {
    const { disk } = lab;
    if (typeof disk === 'string') return 0;
    try {
      await disk.fill();
      await sleep(tablesFullMs);
      await fillLog(lab);
      await sleep(logFullMs);
    } finally {
      await disk.free();
    }
    await startPostgres(lab);
    return 0;
  },
  strikes: ({ disk }) => (typeof disk === 'string' ? 0 : disk.complaints()),
};

/** Writes into the log and nowhere else, until the database breaks off. */
async function fillLog({ withDatabase }: Lab): Promise<void> {
  const until = performance.now() + logLimitMs;
  const write = withDatabase(async (client) => {
    while (performance.now() < until)
      await client.query(`SELECT pg_logical_emit_message(false, 'prove', repeat('x', 4000000))`);
  });
  await write.catch(() => undefined);
}
