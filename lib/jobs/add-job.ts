import { Prisma } from '#lib/generated/prisma/client.ts';
import { type JobName, type JobPayloads, priorityOf } from '#lib/jobs/jobs.ts';
import type { Tx } from '#lib/platform/database/db.ts';

export interface JobOptions {
  /** Not before so many milliseconds from now, by the database's clock; at once without it. */
  afterMs?: number;
  /**
   * Another job of the same key that has not begun yet is replaced by this one, time included; one
   * that runs at the moment is followed by it.
   */
  key?: string;
  /** A job of the same key that waits already is left as it is. */
  unlessWaiting?: boolean;
  /**
   * Tries until an operator has to look. Between two of them e^n seconds pass (3, 7, 20 … and from
   * the tenth on 6 hours), so 25 are about four days.
   */
  maxAttempts?: number;
}

/**
 * Enqueues a job in the transaction of whatever it is about: it runs when that commits, and never
 * if it doesn't. It may run more than once, and must come to the same then.
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

/** The clock that says when a job is due is the database's: that of a process may be hours off. */
const inMs = (ms: number) => Prisma.sql`now() + make_interval(secs => ${ms / 1_000}::float8)`;

/** graphile-worker's own number of tries. */
const defaultAttempts = 25;

/**
 * Enqueues a job for each payload: plain rows and no NOTIFY, which `graphile_worker.add_jobs` would
 * send. Transactions that notify commit one after the other, all over the server, and so would the
 * payments of a rush; the worker looks for jobs every second instead.
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

/** The same as a statement, for whoever enqueues as a part of a larger one. */
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
