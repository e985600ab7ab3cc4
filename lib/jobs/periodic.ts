import { db } from '#lib/db.ts';
import { priorityOf } from '#lib/jobs/jobs.ts';
import { periodicKey, periodicTasks } from '#lib/jobs/tasks.ts';

/**
 * Writes down what runs at the next full minute, by the database's clock: however many workers do so,
 * and whatever their own clocks say, it runs once a minute. graphile-worker's cron goes by the clock of
 * a worker, and one that was hours ahead for a moment keeps all of them from what runs every minute
 * until those hours are over. One that is due and was not begun yet stays due.
 */
export async function addPeriodic(): Promise<void> {
  for (const name of periodicTasks)
    await db().$executeRaw`
      SELECT 1 FROM graphile_worker.add_job(
        identifier => ${name}, run_at => date_trunc('minute', now()) + interval '1 minute',
        job_key => ${periodicKey(name)}, job_key_mode => 'preserve_run_at', priority => ${priorityOf(name)}::int)`;
}
