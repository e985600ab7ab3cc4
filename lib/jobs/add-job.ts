import { Prisma } from '#lib/generated/prisma/client.ts';
import { type JobName, type JobPayloads, priorityOf } from '#lib/jobs/jobs.ts';
import type { Tx } from '#lib/platform/database/db.ts';

export interface JobOptions {
  /** Delay in milliseconds before the job may run, by the database's clock. Default: runs immediately. */
  afterMs?: number;
  /**
   * Replaces a job with the same key that has not started, including its time. If one is running now, this
   * job runs after it.
   */
  key?: string;
  /** A job of the same key that waits already is left as it is. */
  unlessWaiting?: boolean;
  /**
   * Attempts before an operator has to look at the job. e^n seconds pass between two attempts (3, 7, 20 …
   * and 6 hours from the tenth on), so 25 attempts take about four days.
   */
  maxAttempts?: number;
}

/**
 * Enqueues a job in the caller's transaction: it runs if that commits, and never otherwise. A job may run
 * more than once, so it must be idempotent.
 */
export async function addJob<Name extends JobName>(
  tx: Tx,
  name: Name,
  payload: JobPayloads[Name],
  { afterMs = 0, key, unlessWaiting = false, maxAttempts }: JobOptions = {},
): Promise<void> {
  if (key === undefined) return addJobs(tx, name, [payload], { afterMs, maxAttempts });
  await tx.$executeRaw`
    SELECT 1 FROM graphile_worker.add_job(
      identifier => ${name}, payload => ${JSON.stringify(payload)}::json,
      run_at => ${inMs(afterMs)},
      max_attempts => ${maxAttempts ?? null}::int, job_key => ${key}, priority => ${priorityOf(name)}::int)
    WHERE NOT ${unlessWaiting} OR NOT EXISTS (
      SELECT FROM graphile_worker.jobs WHERE key = ${key} AND locked_at IS NULL AND attempts < max_attempts)`;
}

/** The database's clock decides when a job is due: the clock of a process may be hours off. */
const inMs = (ms: number) => Prisma.sql`now() + make_interval(secs => ${ms / 1_000}::float8)`;

/** graphile-worker's default. */
const defaultAttempts = 25;

/**
 * Enqueues a job for each payload as plain rows, without the NOTIFY of `graphile_worker.add_jobs`.
 * PostgreSQL commits transactions that notify one after the other, server-wide, which would serialise the
 * payments of a traffic peak. The worker polls for jobs every second instead.
 */
export async function addJobs<Name extends JobName>(
  tx: Tx,
  name: Name,
  payloads: readonly JobPayloads[Name][],
  options: Omit<JobOptions, 'key' | 'unlessWaiting'> = {},
): Promise<void> {
  if (payloads.length === 0) return;
  await tx.$executeRaw(insertJobs(name, payloads, options));
}

/** The same as an SQL statement, to include in a larger one. */
export function insertJobs<Name extends JobName>(
  name: Name,
  payloads: readonly JobPayloads[Name][],
  { afterMs = 0, maxAttempts = defaultAttempts }: Omit<JobOptions, 'key' | 'unlessWaiting'> = {},
): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO graphile_worker._private_jobs (task_id, payload, run_at, max_attempts, priority)
    SELECT (SELECT id FROM graphile_worker._private_tasks WHERE identifier = ${name}), payload,
           ${inMs(afterMs)}, ${maxAttempts}::int, ${priorityOf(name)}::int
    FROM json_array_elements(${JSON.stringify(payloads)}::json) AS job (payload)`;
}
