import { runOnce } from 'graphile-worker';
import { addJob } from '#lib/jobs/add-job.ts';
import { isQueueKnown } from '#lib/jobs/queue-tables.ts';
import type { DrainedJobs } from '#lib/jobs/schema.ts';
import { db } from '#lib/platform/database/db.ts';
import { AppError } from '#lib/platform/errors.ts';
import { queueOptions, queuePool } from '#lib/worker/queue-options.ts';
import { freeLostJobs } from '#lib/worker/run-task.ts';
import { periodicKey, periodicTasks } from '#lib/worker/tasks.ts';

/**
 * Runs the periodic jobs and every job that is due, until none is left. Starts no more jobs after
 * `limitMs`. This is the worker for platforms without long-running processes: the cron call hosts it.
 */
export async function drainJobs({ limitMs }: { limitMs: number }): Promise<DrainedJobs> {
  if (!(await isQueueKnown()))
    throw new AppError('unavailable', { detail: 'The job queue is being migrated.' });
  await freeLostJobs();
  for (const name of periodicTasks) await addJob(db(), name, {}, { key: periodicKey(name) });
  const pool = queuePool();
  const options = queueOptions(pool);
  const result: DrainedJobs = { succeeded: 0, failed: 0, failedForGood: 0, outOfTime: false };
  let timer: NodeJS.Timeout | undefined;
  options.events.on('job:success', () => {
    result.succeeded += 1;
  });
  options.events.on('job:error', ({ job }) => {
    if (job.attempts < job.max_attempts) result.failed += 1;
    else result.failedForGood += 1;
  });
  options.events.on('pool:create', ({ workerPool }) => {
    timer = setTimeout(() => {
      result.outOfTime = true;
      void workerPool.gracefulShutdown('time is up');
    }, limitMs);
  });
  try {
    await runOnce(options);
  } finally {
    clearTimeout(timer);
    await pool.end();
  }
  return result;
}
