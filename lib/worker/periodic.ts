import { priorityOf } from '#lib/jobs/jobs.ts';
import { bringForward } from '#lib/jobs/queue-tables.ts';
import { db } from '#lib/platform/database/db.ts';
import { periodicKey, periodicTasks } from '#lib/worker/tasks.ts';

/**
 * Schedules the periodic jobs for the next full minute, by the database's clock. They run once a minute,
 * however many workers call this and whatever their clocks say. graphile-worker's own cron uses a worker's
 * clock: one that was hours ahead for a moment would stop all periodic jobs for those hours.
 *
 * A job that is due and has not started stays due. A job that is due in more than a minute was scheduled
 * while the database's clock was ahead. Its time is reset to the next minute.
 */
export async function addPeriodic(): Promise<void> {
  await bringForward(db(), periodicTasks.map(periodicKey));
  for (const name of periodicTasks)
    await db().$executeRaw`
      SELECT 1 FROM graphile_worker.add_job(
        identifier => ${name}, run_at => date_trunc('minute', now()) + interval '1 minute',
        job_key => ${periodicKey(name)}, job_key_mode => 'preserve_run_at', priority => ${priorityOf(name)}::int)`;
}
