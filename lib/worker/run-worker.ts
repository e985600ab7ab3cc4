import { setTimeout as sleep } from 'node:timers/promises';
import { parseCronItems, type Runner, run, type WorkerEvents } from 'graphile-worker';
import { logger } from '#lib/platform/logger.ts';
import { checkDatabase } from '#lib/platform/readiness.ts';
import { addPeriodic } from '#lib/worker/periodic.ts';
import { queueOptions, queuePool } from '#lib/worker/queue-options.ts';
import { freeLostJobs } from '#lib/worker/run-task.ts';

/** After a start that failed, or a queue that gave up: soon, but no hammering on a database that is away. */
const startAgainMs = 2_000;
/** How often jobs of dead workers are looked for, and those of the next minute written down. */
const tendEveryMs = 30_000;

/**
 * A queue that could not write down what it did stops itself, and graphile-worker 0.18 may wait for
 * ever in doing so: after this long another is started beside what is left of it.
 */
const lastWordsMs = 5_000;
/** graphile-worker's own goes by the worker's clock: see `periodic.ts`. */
const noCron = parseCronItems([]);

/** Connections that do not end by themselves are left to the database. */
const closeLimitMs = 2_000;

/** Nothing that waiting would mend: somebody has to do something first. */
export class CannotWork extends Error {}

/**
 * Runs jobs until `signal` is aborted; then lets those in work finish. A database that goes away is
 * waited for. Throws `CannotWork` for one that was never migrated.
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
    if (state === 'up') await runUntilItEnds({ signal, onReady, ended });
    if (!signal.aborted) await sleep(startAgainMs, undefined, { signal }).catch(() => undefined);
  }
}

/** One life of the queue: until the signal, or until the database has been away too long for it. */
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
      logger().warn({ err: error }, 'cannot tend the jobs: lost ones are not freed, periodic ones not added'),
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
    // What it has begun is written down through the pool. Whoever aborted has a limit of their own.
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
  /** The name under which it has taken jobs, once it has one. */
  takenBy: string | undefined;
  /** Tasks that it has begun and that have not ended. */
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

/** Frees the jobs of workers that died, and those that an ended life could not write down as done. */
async function freeJobs(ended: Set<Life>): Promise<void> {
  const idle = [...ended].filter(({ running }) => running === 0);
  await freeLostJobs(idle.flatMap(({ takenBy }) => takenBy ?? []));
  for (const life of idle) ended.delete(life);
}

/**
 * Resolves when the queue has looked for a job, and rejects when the first look fails: graphile-worker
 * 0.18 remembers that failure, and would fail in the same words for as long as it lives.
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
  // It may come when nobody waits for it any more.
  broken.catch(() => undefined);
  return broken;
}

/** Waits for `work`, and no longer than that. The timer keeps a process alive that has nothing else. */
async function atMost(ms: number, work: Promise<unknown> | undefined): Promise<void> {
  const done = new AbortController();
  const late = sleep(ms, undefined, { signal: done.signal }).catch(() => undefined);
  await Promise.race([work, late]);
  done.abort();
}
