import { setTimeout as sleep } from 'node:timers/promises';
import { parseCronItems, type Runner, run, type WorkerEvents } from 'graphile-worker';
import { isQueueKnown, UnknownQueue } from '#lib/jobs/queue-tables.ts';
import { logger } from '#lib/platform/logger.ts';
import { checkDatabase } from '#lib/platform/readiness.ts';
import { addPeriodic } from '#lib/worker/periodic.ts';
import { queueOptions, queuePool } from '#lib/worker/queue-options.ts';
import { freeLostJobs } from '#lib/worker/run-task.ts';

/**
 * Delay before a restart after a failed start or a failed queue. Short, but doesn't overload a database
 * that is down.
 */
const startAgainMs = 2_000;
/** How often the jobs of dead workers are freed and the periodic jobs of the next minute scheduled. */
const tendEveryMs = 30_000;

/**
 * A queue that cannot write its results stops itself, and graphile-worker 0.18 may hang while doing so.
 * After this time the worker starts a new queue beside it.
 */
const lastWordsMs = 5_000;
/** graphile-worker's own cron uses the worker's clock: see `periodic.ts`. */
const noCron = parseCronItems([]);

/** Connections that do not close in this time are left to the database. */
const closeLimitMs = 2_000;

/** Waiting cannot fix this: an operator has to act first. */
export class CannotWork extends Error {}

/**
 * Runs jobs until `signal` is aborted, then lets the running ones finish. Waits for a database that is
 * down. Throws `CannotWork` if the database was never migrated, or if its queue is of another version.
 */
export async function runWorker({
  signal,
  onReady,
}: {
  signal: AbortSignal;
  onReady: () => void;
}): Promise<void> {
  const ended = new Set<Life>();
  while (!signal.aborted) {
    const { state, reason } = await checkDatabase();
    if (state === 'not_migrated') throw new CannotWork(reason);
    if (state === 'up' && (await isQueueUsable())) await runUntilItEnds({ signal, onReady, ended });
    if (!signal.aborted) await sleep(startAgainMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Throws `CannotWork` for a queue that this version does not know. False while it is migrated, or not readable. */
async function isQueueUsable(): Promise<boolean> {
  return isQueueKnown().catch((error) => {
    if (error instanceof UnknownQueue) throw new CannotWork(error.message);
    return false;
  });
}

/** Runs one queue until the signal aborts or the database has been down too long for it. */
async function runUntilItEnds({
  signal,
  onReady,
  ended,
}: {
  signal: AbortSignal;
  onReady: () => void;
  ended: Set<Life>;
}): Promise<void> {
  const pool = queuePool();
  const options = queueOptions(pool);
  const life = lifeOf(options.events);
  let runner: Runner | undefined;
  const tend = () =>
    Promise.all([freeJobs(ended), addPeriodic()]).catch((error) =>
      logger().warn(
        { err: error },
        'cannot maintain the job queue: lost jobs are not freed and periodic jobs are not added',
      ),
    );
  const tending = setInterval(tend, tendEveryMs);
  const stop = () => void runner?.stop('asked to stop').catch(() => undefined);
  try {
    await tend();
    const begun = whenBegun(options.events);
    const broken = whenBroken(options.events);
    runner = await run({ ...options, parsedCronItems: noCron });
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    await Promise.race([begun, runner.promise, broken]);
    onReady();
    await Promise.race([runner.promise, broken]);
  } catch (error) {
    logger().warn({ err: error }, 'the job queue ended; starting it again');
    stop();
  } finally {
    clearInterval(tending);
    signal.removeEventListener('abort', stop);
    // The queue writes the results of running jobs through the pool. After an abort the caller has its own
    // limit.
    const over = runner?.promise.catch(() => undefined);
    await (signal.aborted ? over : atMost(lastWordsMs, over));
    await atMost(
      closeLimitMs,
      pool.end().catch(() => undefined),
    );
    ended.add(life);
  }
}

interface Life {
  /** The id under which it locks jobs, once it has one. */
  takenBy: string | undefined;
  /** Tasks that have started and not ended. */
  running: number;
}

function lifeOf(events: WorkerEvents): Life {
  const life: Life = { takenBy: undefined, running: 0 };
  events.on('pool:create', ({ workerPool }) => {
    life.takenBy = workerPool.id;
  });
  events.on('job:start', () => {
    life.running += 1;
  });
  for (const end of ['job:success', 'job:error'] as const)
    events.on(end, () => {
      life.running -= 1;
    });
  return life;
}

/** Frees the jobs of dead workers, and the jobs whose results an ended queue could not write. */
async function freeJobs(ended: Set<Life>): Promise<void> {
  const idle = [...ended].filter(({ running }) => running === 0);
  await freeLostJobs(idle.flatMap(({ takenBy }) => takenBy ?? []));
  for (const life of idle) ended.delete(life);
}

/**
 * Resolves when the queue has polled for a job, and rejects when the first poll fails: graphile-worker 0.18
 * caches that failure and would repeat it for its whole life.
 */
function whenBegun(events: WorkerEvents): Promise<void> {
  const begun = new Promise<void>((resolve, reject) => {
    events.once('worker:getJob:empty', () => resolve());
    events.once('job:start', () => resolve());
    events.once('worker:getJob:error', ({ error }) => reject(error));
  });
  begun.catch(() => undefined);
  return begun;
}

/** Rejects when the queue has lost track of its jobs. */
function whenBroken(events: WorkerEvents): Promise<never> {
  const broken = new Promise<never>((_, reject) => {
    events.once('pool:fatalError', ({ error }) => reject(error));
  });
  // It may reject when no code awaits it any more.
  broken.catch(() => undefined);
  return broken;
}

/** Waits for `work`, but at most `ms`. The timer keeps an otherwise idle process alive. */
async function atMost(ms: number, work: Promise<unknown> | undefined): Promise<void> {
  const done = new AbortController();
  const late = sleep(ms, undefined, { signal: done.signal }).catch(() => undefined);
  await Promise.race([work, late]);
  done.abort();
}
