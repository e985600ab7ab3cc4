import { db } from '#lib/platform/database/db.ts';
import { processWide } from '#lib/platform/process-wide.ts';

/** Callers within this time share one probe, so that frequent readiness checks are cheap. */
const sharedMs = 1_000;

/** Number of 8 kB blocks that must be free: enough for the tables of some orders to grow. */
const blocks = 128;

interface Probe {
  beganAt: number;
  done: Promise<unknown>;
}

/**
 * Rejects if the database cannot be written, although it can be read: on a replica, with a full disk, or if
 * a commit hangs. It commits a row lock, which goes through the write-ahead log, and spills a megabyte into
 * a temporary file, which needs free blocks as a growing table does. It leaves nothing behind.
 */
export async function probeWrite(): Promise<void> {
  const last = processWide<{ probe?: Probe }>('writeProbe', () => ({}));
  if (!last.probe || performance.now() - last.probe.beganAt > sharedMs)
    last.probe = { beganAt: performance.now(), done: probe() };
  await last.probe.done;
}

function probe(): Promise<unknown> {
  return db().$transaction([
    // PostgreSQL's minimum, so that the megabyte doesn't stay in memory, and on the disk of the tables.
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
