import { Prisma } from '#lib/generated/prisma/client.ts';
import { withTrace } from '#lib/jobs/job-trace.ts';
import { type JobName, type JobPayloads, priorityOf } from '#lib/jobs/jobs.ts';
import { db, type Tx } from '#lib/platform/database/db.ts';
import { activeSpan } from '#lib/platform/tracing/tracing.ts';

/**
 * Every statement on graphile-worker's private tables. Its public functions are not enough: they notify,
 * and they neither count, list nor give up jobs. Private tables may change with any version, so the version
 * that these statements were written for is checked when a worker or the cron call starts.
 */

/** The last migration of graphile-worker 0.18.0, which package.json pins. */
const knownMigration = 20;

/** graphile-worker's default. */
export const defaultAttempts = 25;

/** The queue's tables have changed in a way that these statements may not know. */
export class UnknownQueue extends Error {}

/**
 * Whether the queue's tables are there in the version that this file knows; false while they are still
 * being migrated. Throws `UnknownQueue` when a later version of graphile-worker has made a breaking change.
 */
export async function isQueueKnown(): Promise<boolean> {
  const [row] = await db().$queryRaw<{ latest: number; breaking: number }[]>`
    SELECT coalesce(max(id), 0)::int AS latest, coalesce(max(id) FILTER (WHERE breaking), 0)::int AS breaking
    FROM graphile_worker.migrations`;
  if (!row) return false;
  if (row.breaking > knownMigration) {
    throw new UnknownQueue(
      `a later version of the shop has migrated the job queue (migration ${row.breaking}; this version knows ${knownMigration}): run that version`,
    );
  }
  return row.latest >= knownMigration;
}

/** The database's clock decides when a job is due: the clock of a process may be hours off. */
export const inMs = (ms: number) => Prisma.sql`now() + make_interval(secs => ${ms / 1_000}::float8)`;

/**
 * Enqueues a job for each payload as plain rows, without the NOTIFY of `graphile_worker.add_jobs`. An SQL
 * statement, to include in a larger one.
 */
export function insertJobs<Name extends JobName>(
  name: Name,
  payloads: readonly JobPayloads[Name][],
  { afterMs = 0, maxAttempts = defaultAttempts }: { afterMs?: number; maxAttempts?: number } = {},
): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO graphile_worker._private_jobs (task_id, payload, run_at, max_attempts, priority)
    SELECT (SELECT id FROM graphile_worker._private_tasks WHERE identifier = ${name}), payload,
           ${inMs(afterMs)}, ${maxAttempts}::int, ${priorityOf(name)}::int
    FROM json_array_elements(${JSON.stringify(activeSpan() ? payloads.map(withTrace) : payloads)}::json) AS job (payload)`;
}

/** Whether a job whose payload contains this one waits or runs, with attempts left. Reads the whole queue. */
export async function isQueued<Name extends JobName>(
  name: Name,
  payload: Partial<JobPayloads[Name]>,
): Promise<boolean> {
  const rows = await db().$queryRaw<unknown[]>`
    SELECT FROM graphile_worker._private_jobs job JOIN graphile_worker._private_tasks task ON task.id = job.task_id
    WHERE task.identifier = ${name} AND job.attempts < job.max_attempts
      AND job.payload::jsonb @> ${JSON.stringify(payload)}::jsonb LIMIT 1`;
  return rows.length > 0;
}

/** Makes the attempt of a job that runs its last one. */
export async function giveUpJob(id: string): Promise<void> {
  await db().$executeRaw`
    UPDATE graphile_worker._private_jobs SET max_attempts = attempts WHERE id = ${BigInt(id)}`;
}

/** Deletes periodic jobs that lost their key and have no attempts left: the next one does the same work. */
export const deleteReplaced = (periodic: readonly JobName[]) => Prisma.sql`
  DELETE FROM graphile_worker._private_jobs
  WHERE key IS NULL AND locked_at IS NULL AND attempts >= max_attempts
    AND task_id IN (SELECT id FROM graphile_worker._private_tasks
                    WHERE identifier = ANY(${periodic as JobName[]}::text[]))`;

/** Deletes jobs that have had no try left for this long, and that no operator has retried. */
export function deleteFailed(tx: Tx, days: number, limit: number): Promise<number> {
  return tx.$executeRaw`
    DELETE FROM graphile_worker._private_jobs AS job USING (
      SELECT id FROM graphile_worker._private_jobs
      WHERE attempts >= max_attempts AND locked_at IS NULL
        AND updated_at < now() - make_interval(days => ${days}::int)
      ORDER BY updated_at LIMIT ${limit} FOR UPDATE SKIP LOCKED) AS old
    WHERE job.id = old.id`;
}

/** Makes jobs that are due later than in a minute due at the next full minute. */
export async function bringForward(tx: Tx, keys: readonly string[]): Promise<void> {
  await tx.$executeRaw`
    UPDATE graphile_worker._private_jobs SET run_at = date_trunc('minute', now()) + interval '1 minute'
    WHERE key = ANY(${keys as string[]}::text[]) AND locked_at IS NULL AND attempts = 0
      AND run_at > now() + interval '1 minute'`;
}

/** What the queue holds, as rows of gauges: see `lib/platform/scrape/state-gauges.ts`. */
export const jobTally = Prisma.sql`
  WITH job AS (
    SELECT task_id, run_at, attempts, locked_at IS NULL AND attempts >= max_attempts AS failed,
           locked_at IS NULL AND attempts < max_attempts AS free
    FROM graphile_worker._private_jobs
  ), tally AS (
    SELECT task.identifier AS task,
           count(*) FILTER (WHERE free AND run_at <= now()) AS waiting,
           count(*) FILTER (WHERE free AND attempts > 0) AS retrying,
           count(*) FILTER (WHERE failed) AS failed,
           min(run_at) FILTER (WHERE free AND run_at <= now()) AS oldest
    FROM job JOIN graphile_worker._private_tasks task ON task.id = job.task_id GROUP BY task.identifier
  )
  SELECT 'once_jobs_waiting' AS name, '{}'::json AS labels, coalesce(sum(waiting), 0)::float8 AS value FROM tally
  UNION ALL SELECT 'once_jobs_failed', '{}', coalesce(sum(failed), 0) FROM tally
  UNION ALL SELECT 'once_jobs_oldest_seconds', '{}', coalesce(extract(epoch FROM now() - min(oldest)), 0) FROM tally
  UNION ALL SELECT 'once_jobs', json_build_object('task', task, 'state', state), jobs
  FROM tally, LATERAL (VALUES ('waiting', waiting), ('retrying', retrying), ('failed', failed)) AS each (state, jobs)`;

const isFailed = 'attempts >= max_attempts AND locked_at IS NULL';
const isRetried = 'attempts > 0 AND attempts < max_attempts AND locked_at IS NULL';

/** Statements of the commands, which have a connection of their own. */
export const queueSql = {
  /** `waiting`, `later` and `failed` jobs. */
  counts: `
    SELECT count(*) FILTER (WHERE attempts < max_attempts AND run_at <= now())::int AS waiting,
           count(*) FILTER (WHERE attempts < max_attempts AND run_at > now())::int AS later,
           count(*) FILTER (WHERE ${isFailed})::int AS failed
    FROM graphile_worker._private_jobs`,
  /** The failed jobs, oldest first; $1 is how many at most. */
  failed: `
    SELECT job.id::text, task.identifier AS task, job.payload, job.attempts, job.last_error AS "lastError",
           job.created_at AS "createdAt"
    FROM graphile_worker._private_jobs job JOIN graphile_worker._private_tasks task ON task.id = job.task_id
    WHERE ${isFailed} ORDER BY job.id LIMIT $1`,
  /** For each task, the jobs that will be tried again, when the next one is, and the last error of the newest. */
  retried: `
    SELECT task.identifier AS task, count(*)::int AS jobs, min(job.run_at) AS next,
           (array_agg(job.last_error ORDER BY job.updated_at DESC))[1] AS "lastError"
    FROM graphile_worker._private_jobs job JOIN graphile_worker._private_tasks task ON task.id = job.task_id
    WHERE ${isRetried} GROUP BY task.identifier ORDER BY task.identifier`,
  /** Tries the waiting jobs of the task $1 again now. The number of attempts stays. */
  hurry: `
    UPDATE graphile_worker._private_jobs SET run_at = now()
    WHERE ${isRetried} AND run_at > now()
      AND task_id = (SELECT id FROM graphile_worker._private_tasks WHERE identifier = $1)`,
  /** The ids of one failed job ($1), or of `all`. */
  failedIds: `
    SELECT id::text FROM graphile_worker._private_jobs WHERE ${isFailed} AND ($1 = 'all' OR id::text = $1)`,
  /** Enqueuing looks up a job's numeric id and never creates one: this creates those of the names $1. */
  registerTasks: `
    INSERT INTO graphile_worker._private_tasks (identifier)
    SELECT unnest($1::text[]) ON CONFLICT (identifier) DO NOTHING`,
};
