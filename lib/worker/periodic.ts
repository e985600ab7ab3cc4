import { priorityOf } from '#lib/jobs/jobs.ts';
import { db } from '#lib/platform/database/db.ts';
import { periodicKey, periodicTasks } from '#lib/worker/tasks.ts';

/**
 * Writes down what runs at the next full minute, by the database's clock: however many workers do so,
 * and whatever their own clocks say, it runs once a minute. graphile-worker's cron goes by the clock of
 * a worker, and one that was hours ahead for a moment keeps all of them from what runs every minute
 * until those hours are over. One that is due and was not begun yet stays due. One that is due later than
 * in a minute was written when the database's own clock was ahead, and comes as soon as any other.
 */
export async function addPeriodic(): Promise<void> {
  await db().$executeRaw`
    UPDATE graphile_worker._private_jobs SET run_at = date_trunc('minute', now()) + interval '1 minute'
    WHERE key = ANY(${periodicTasks.map(periodicKey)}::text[]) AND locked_at IS NULL AND attempts = 0
      AND run_at > now() + interval '1 minute'`;
  for (const name of periodicTasks)
    await db().$executeRaw`
      SELECT 1 FROM graphile_worker.add_job(
        identifier => ${name}, run_at => date_trunc('minute', now()) + interval '1 minute',
        job_key => ${periodicKey(name)}, job_key_mode => 'preserve_run_at', priority => ${priorityOf(name)}::int)`;
}
