import type { JobHelpers, TaskList } from 'graphile-worker';
import { PermanentFailure } from '#lib/jobs/permanent-failure.ts';
import { db } from '#lib/platform/database/db.ts';
import { within } from '#lib/platform/deadline.ts';
import { periodicTasks, tasks } from '#lib/worker/tasks.ts';

/** How long a job may take: several times the longest wait inside any of them. */
const deadlineMs = 60_000;

/** The tasks as graphile-worker runs them: each with its deadline, and given up when nothing helps. */
export function taskList(): TaskList {
  return Object.fromEntries(
    Object.entries(tasks).map(([name, task]) => [
      name,
      (payload: unknown, helpers: JobHelpers) => runTask(() => task(payload as never), helpers),
    ]),
  );
}

async function runTask(task: () => Promise<unknown>, { job }: JobHelpers): Promise<void> {
  try {
    await within(deadlineMs, task());
  } catch (error) {
    if (error instanceof PermanentFailure) {
      // A job is over when it has had all its tries, so this becomes the last one it has.
      await db().$executeRaw`
        UPDATE graphile_worker._private_jobs SET max_attempts = attempts WHERE id = ${BigInt(job.id)}`;
      job.max_attempts = job.attempts;
    }
    throw error;
  }
}

/** Beyond a job's deadline by enough for its end to be written down. */
const lostAfter = '2 minutes';

/**
 * Frees the jobs of workers that died: a job that has been taken for longer than any job runs has
 * nobody, and one that was taken by a queue in `ended`, of which nothing runs any more, neither.
 * (graphile-worker itself waits four hours, not knowing how long ours take.)
 *
 * A periodic job that was still taken when the next one was written down has lost its key and its tries
 * to that one. If its worker died, or it failed, it is not for an operator: the next one does the same.
 */
export async function freeLostJobs(ended: string[] = []): Promise<void> {
  await db().$transaction([
    db().$executeRaw`
      SELECT graphile_worker.force_unlock_workers(array_agg(DISTINCT locked_by))
      FROM graphile_worker.jobs
      WHERE locked_at < now() - ${lostAfter}::interval OR locked_by = ANY(${ended}::text[])`,
    db().$executeRaw`
      DELETE FROM graphile_worker._private_jobs
      WHERE key IS NULL AND locked_at IS NULL AND attempts >= max_attempts
        AND task_id IN (SELECT id FROM graphile_worker._private_tasks
                        WHERE identifier = ANY(${periodicTasks}::text[]))`,
  ]);
}
