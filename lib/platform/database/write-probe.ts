import { db } from '#lib/platform/database/db.ts';
import { processWide } from '#lib/platform/process-wide.ts';

/** Callers within this time share one probe, so that readiness may be asked for often. */
const sharedMs = 1_000;

/** Blocks of 8 kB that must be free: enough for the tables of some orders to grow. */
const blocks = 128;

interface Probe {
  beganAt: number;
  done: Promise<unknown>;
}

/**
 * Rejects when the database cannot be written, although it may be read: on a replica, with a full disk,
 * or when a commit does not end. It commits the lock of a row, which goes through the log, and
 * spills a megabyte into a temporary file, which needs free blocks as a growing table does. Neither
 * leaves anything behind.
 */
export async function probeWrite(): Promise<void> {
  const last = processWide<{ probe?: Probe }>('writeProbe', () => ({}));
  if (!last.probe || performance.now() - last.probe.beganAt > sharedMs)
    last.probe = { beganAt: performance.now(), done: probe() };
  await last.probe.done;
}

function probe(): Promise<unknown> {
  return db().$transaction([
    // The least that PostgreSQL takes, so that the megabyte does not stay in memory; and on the disk of the tables.
    db().$queryRaw`SELECT set_config('work_mem', '64kB', true), set_config('temp_tablespaces', '', true)`,
    db().$queryRaw`
      SELECT migration_name FROM _prisma_migrations LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED`,
    db().$queryRaw`
      WITH spilled AS MATERIALIZED (
        SELECT repeat('x', 8000) AS block FROM generate_series(1, ${blocks}::int)
      )
      SELECT max(length(block)) FROM spilled`,
  ]);
}
