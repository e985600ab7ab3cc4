import { createHash } from 'node:crypto';
import { withTrace } from '#lib/jobs/job-trace.ts';
import { type JobName, type JobPayloads, priorityOf } from '#lib/jobs/jobs.ts';
import { inMs, insertJobs, isQueued } from '#lib/jobs/queue-tables.ts';
import { db, type Tx } from '#lib/platform/database/db.ts';

export interface JobOptions {
  /** Delay in milliseconds before the job may run, by the database's clock. Default: runs immediately. */
  afterMs?: number;
  /**
   * Replaces a job with the same key that has not started, including its time. If one is running now, this
   * job runs after it.
   */
  key?: string;
  /** A job of the same key that waits already, and is due within a minute, is left as it is. */
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
      identifier => ${name}, payload => ${JSON.stringify(withTrace(payload))}::json,
      run_at => ${inMs(afterMs)},
      max_attempts => ${maxAttempts ?? null}::int, job_key => ${key}, priority => ${priorityOf(name)}::int)
    WHERE NOT ${unlessWaiting} OR NOT EXISTS (
      SELECT FROM graphile_worker.jobs
      WHERE key = ${key} AND locked_at IS NULL AND attempts < max_attempts
        AND run_at <= now() + interval '1 minute')`;
}

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

/** Enqueues a job that was lost. Does nothing while one whose payload contains this one still has attempts. */
export async function addLostJob<Name extends JobName>(
  name: Name,
  payload: JobPayloads[Name],
): Promise<void> {
  const key = `lost:${name}:${createHash('sha256').update(JSON.stringify(payload)).digest('base64url')}`;
  if (!(await isQueued(name, payload))) await addJob(db(), name, payload, { key });
}
