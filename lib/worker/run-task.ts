import type { JobHelpers, TaskList } from 'graphile-worker';
import { countJob } from '#lib/jobs/job-metrics.ts';
import { PermanentFailure } from '#lib/jobs/permanent-failure.ts';
import { deleteReplaced, giveUpJob } from '#lib/jobs/queue-tables.ts';
import { db } from '#lib/platform/database/db.ts';
import { within } from '#lib/platform/deadline.ts';
import { tracing } from '#lib/platform/tracing/tracing.ts';
import { periodicTasks, tasks } from '#lib/worker/tasks.ts';
import { traceJob } from '#lib/worker/trace-job.ts';

/** Timeout of a job: several times the longest wait inside any of them. */
const deadlineMs = 60_000;

/** The tasks for graphile-worker. Each has a timeout, and a permanent failure is not retried. */
export function taskList(): TaskList {
  return Object.fromEntries(
    Object.entries(tasks).map(([name, task]) => [
      name,
      (payload: unknown, helpers: JobHelpers) => {
        const work = () => task(payload as never);
        return runTask(tracing() ? () => traceJob(payload, helpers.job, work) : work, helpers);
      },
    ]),
  );
}

async function runTask(task: () => Promise<unknown>, { job }: JobHelpers): Promise<void> {
  const beganAt = performance.now();
  let result: 'succeeded' | 'retried' | 'failed' = 'failed';
  try {
    await within(deadlineMs, task());
    result = 'succeeded';
  } catch (error) {
    if (error instanceof PermanentFailure) {
      // A job ends with its last attempt, so this attempt becomes the last.
      await giveUpJob(job.id);
      job.max_attempts = job.attempts;
    }
    if (job.attempts < job.max_attempts) result = 'retried';
    throw error;
  } finally {
    countJob(job.task_identifier, result, performance.now() - beganAt);
  }
}

/** A job's timeout, plus enough time to write its outcome. */
const lostAfter = '2 minutes';

/**
 * Frees the jobs of dead workers: those locked for longer than any job runs, and those locked by a queue in
 * `ended`, which runs no tasks any more. (graphile-worker itself waits four hours, because it doesn't know
 * our timeout.)
 *
 * A periodic job that is still locked when its successor is scheduled loses its key and its attempts to the
 * successor. If it failed or its worker died, this deletes it: the successor does the same work, and no
 * operator has to look at it.
 */
export async function freeLostJobs(ended: string[] = []): Promise<void> {
  await db().$transaction([
    db().$executeRaw`
      SELECT graphile_worker.force_unlock_workers(array_agg(DISTINCT locked_by))
      FROM graphile_worker.jobs
      WHERE locked_at < now() - ${lostAfter}::interval OR locked_by = ANY(${ended}::text[])`,
    db().$executeRaw(deleteReplaced(periodicTasks)),
  ]);
}
