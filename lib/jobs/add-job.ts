import type { Tx } from '#lib/db.ts';
import type { JobName, JobPayloads } from '#lib/jobs/jobs.ts';

export interface JobOptions {
  /** Not before this time; at once without it. */
  runAt?: Date;
  /**
   * Another job of the same key that has not begun yet is replaced by this one, time included; one
   * that runs at the moment is followed by it.
   */
  key?: string;
  /**
   * Tries until an operator has to look. Between two of them e^n seconds pass (3, 7, 20 … and from
   * the tenth on 6 hours), so 25 are about four days.
   */
  maxAttempts?: number;
}

/** graphile-worker's own number of tries. */
const defaultAttempts = 25;

/**
 * Enqueues a job in the transaction of whatever it is about: it runs when that commits, and never
 * if it doesn't. It may run more than once, and must come to the same then.
 *
 * Without a key it is a plain row and no NOTIFY, which `graphile_worker.add_job` would send:
 * transactions that notify commit one after the other, all over the server, and so would the
 * payments of a rush. The worker looks for jobs every second instead.
 */
export async function addJob<Name extends JobName>(
  tx: Tx,
  name: Name,
  payload: JobPayloads[Name],
  { runAt, key, maxAttempts = defaultAttempts }: JobOptions = {},
): Promise<void> {
  const body = JSON.stringify(payload);
  const at = runAt?.toISOString() ?? null;
  if (key === undefined) {
    await tx.$executeRaw`
      INSERT INTO graphile_worker._private_jobs (task_id, payload, run_at, max_attempts)
      VALUES ((SELECT id FROM graphile_worker._private_tasks WHERE identifier = ${name}),
              ${body}::json, coalesce(${at}::timestamptz, now()), ${maxAttempts}::int)`;
    return;
  }
  await tx.$executeRaw`
    SELECT 1 FROM graphile_worker.add_job(
      identifier => ${name}, payload => ${body}::json, run_at => ${at}::timestamptz,
      max_attempts => ${maxAttempts}::int, job_key => ${key})`;
}
