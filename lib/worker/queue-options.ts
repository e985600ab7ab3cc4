import { EventEmitter } from 'node:events';
import { Logger, type RunnerOptions, type WorkerEvents, WorkerPreset } from 'graphile-worker';
import pg from 'pg';
import { sessionSettings } from '#lib/platform/database/db-session.ts';
import { env } from '#lib/platform/env.ts';
import { logger } from '#lib/platform/logger.ts';
import { describeError, mask } from '#lib/platform/text/describe-error.ts';
import { taskList } from '#lib/worker/run-task.ts';

/** The queue's own statements take milliseconds. One that takes this long has lost its database. */
const queryTimeoutMs = 20_000;
/** Slightly longer: the server then ends the statements that the queue has abandoned. */
const limits = { statementMs: 25_000, idleInTransactionMs: 25_000 };

/** Options for both hosts of jobs: the worker process, and the cron call on platforms without processes. */
export function queueOptions(pgPool: pg.Pool): RunnerOptions & { events: WorkerEvents } {
  const { JOB_CONCURRENCY, JOB_POLL_MS } = env();
  return {
    pgPool,
    taskList: taskList(),
    events: tellOfFailures(new EventEmitter() as WorkerEvents),
    noHandleSignals: true,
    preset: {
      extends: [WorkerPreset],
      worker: {
        concurrentJobs: JOB_CONCURRENCY,
        pollInterval: JOB_POLL_MS,
        logger: queueLogger,
        // graphile-worker waits on shutdown for results only if they are written in batches, so batch
        // without delay.
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
      },
    },
  };
}

/** Connections for the queue itself; one of them listens. The tasks use the shop's own pool. */
export function queuePool(): pg.Pool {
  const { DATABASE_URL, JOB_CONCURRENCY } = env();
  const settings = sessionSettings(DATABASE_URL, limits);
  const pool = new QueuePool({
    connectionString: DATABASE_URL,
    application_name: 'once-worker',
    max: Math.min(JOB_CONCURRENCY, 10) + 2,
    connectionTimeoutMillis: 5_000,
    query_timeout: queryTimeoutMs,
    keepAlive: true,
    onConnect: async (client) => {
      await client.query(settings);
    },
  });
  // The pool replaces a broken connection, and its user gets the error from its own statement.
  const broken = (error: Error) => logger().debug({ err: error }, 'a connection of the job queue broke');
  pool.on('error', broken);
  pool.on('connect', (client) => client.on('error', broken));
  return pool;
}

/**
 * graphile-worker 0.18 releases its listening connection twice if that breaks during shutdown. The second
 * release would throw an unhandled error and end the process.
 */
class QueuePool extends pg.Pool {
  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Connected): void;
  override connect(callback?: Connected): Promise<pg.PoolClient> | undefined {
    if (!callback) return super.connect();
    super.connect((error, client, release) => {
      let given = false;
      callback(error, client, (destroy) => {
        if (!given) release(destroy);
        given = true;
      });
    });
  }
}

type Connected = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  release: (destroy?: Error | boolean) => void,
) => void;

/** A failed attempt that will be retried is a warning. The last one is an error. */
function tellOfFailures(events: WorkerEvents): WorkerEvents {
  events.on('job:error', ({ job, error }) => {
    if (job.attempts < job.max_attempts)
      logger().warn(aboutJob(job, error), 'a job failed and will be retried');
  });
  events.on('job:failed', ({ job, error }) => {
    logger().error(aboutJob(job, error), 'a job has failed permanently: see npm run jobs');
  });
  return events;
}

interface FailedJob {
  id: string;
  task_identifier: string;
  attempts: number;
}

function aboutJob({ id, task_identifier, attempts }: FailedJob, error: unknown) {
  const reason = describeError(error).message;
  return { job: id, task: task_identifier, attempts, reason };
}

/** The queue's own log lines. Failed jobs are logged above, and successful ones are not worth a line. */
const queueLogger = new Logger(() => (level, message, meta) => {
  if (meta?.failure) return;
  if (level === 'error') logger().error({ reason: mask(message) }, 'job queue');
  else if (level === 'warning') logger().warn({ reason: mask(message) }, 'job queue');
  else logger().debug({ reason: mask(message) }, 'job queue');
});
