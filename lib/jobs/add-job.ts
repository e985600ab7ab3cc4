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
   * Tries until an operator has to look. Between two of them e^n seconds pass (1, 3, 7, 20 … and
   * from the tenth on 6 hours), so 25 are about four days.
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
  { runAt, key, maxAttempts }: JobOptions = {},
): Promise<void> {
  await tx.$executeRaw`
    SELECT 1 FROM graphile_worker.add_job(
      identifier => ${name}::text, payload => ${JSON.stringify(payload)}::json,
      run_at => ${runAt?.toISOString() ?? null}::timestamptz,
      max_attempts => ${maxAttempts ?? null}::int, job_key => ${key ?? null}::text)`;
}
