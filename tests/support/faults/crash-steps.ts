import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { db } from '#lib/platform/database/db.ts';
import { openClient } from '#lib/platform/database/db-session.ts';

/** How a test stops a process at a given step and kills it there. */

/** Sends kill -9 and waits until the process is gone. */
export async function kill(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

/** Waits for a state that is reached within a second, or within a minute on a very busy machine. */
export async function until(isSo: () => Promise<boolean> | boolean, withinMs = 60_000): Promise<void> {
  for (const end = Date.now() + withinMs; !(await isSo()); await sleep(10)) {
    if (Date.now() > end) throw new Error(`the state was not reached within ${withinMs} ms`);
  }
}

/**
 * Locks rows while `work` runs, so that a process that needs them stops exactly there. `work` gets a function
 * that tells whether a process waits for the lock. A process to be killed at that step must be dead before
 * `work` ends.
 */
export async function whileLocked(
  databaseUrl: string,
  lock: { statement: string; values: string[] },
  work: (isWaitedFor: () => Promise<boolean>) => Promise<void>,
): Promise<void> {
  const client = await openClient({ connectionString: databaseUrl });
  try {
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await client.query('BEGIN');
    await client.query(lock.statement, lock.values);
    await work(() => isBlocking(rows[0]?.pid ?? 0));
  } finally {
    await client.end();
  }
}

export const orderLock = (id: string) => ({
  statement: 'SELECT 1 FROM orders WHERE id = $1 FOR UPDATE',
  values: [id],
});

async function isBlocking(pid: number): Promise<boolean> {
  const [row] = await db().$queryRaw<{ waiting: number }[]>`
    SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE ${pid}::int = ANY(pg_blocking_pids(pid))`;
  return (row?.waiting ?? 0) > 0;
}
