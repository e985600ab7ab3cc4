import { AppError } from '#lib/platform/errors.ts';

/**
 * The admission queue in front of the order writer: bounded, in order of arrival, emptied in batches.
 * Waiting items are processed as one batch. A lone item becomes a batch of one and starts immediately.
 */
export interface BatchQueueOptions<Item, Result> {
  /** Maximum number of waiting items. Further items are refused immediately: a longer wait wouldn't help. */
  maxWaiting: number;
  /** How many of the waiting items the next batch takes: at least one. */
  batchOf: (waiting: number) => number;
  /** Maximum number of batches running at the same time. */
  maxRunning: number;
  /** How long an item may wait for its batch to start. */
  maxWaitMs: number;
  /** Returns one result for each item of the batch, in the same order. */
  work: (items: Item[]) => Promise<PromiseSettledResult<Result>[]>;
}

interface Waiting<Item, Result> {
  item: Item;
  until: number;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

export interface BatchQueue<Item, Result> {
  /** Throws `overloaded` when the queue is full or the wait was too long; no work was started then. */
  add(item: Item): Promise<Result>;
  /** Number of waiting and of running items. */
  depth(): { waiting: number; running: number };
  /** How long the oldest waiting item has waited; 0 when none waits. */
  delayMs(): number;
  /** Refuses new items and resolves when all admitted items are done. */
  drain(): Promise<void>;
}

export function makeBatchQueue<Item, Result>(
  options: BatchQueueOptions<Item, Result>,
): BatchQueue<Item, Result> {
  const waiting: Waiting<Item, Result>[] = [];
  let batches = 0;
  let running = 0;
  let closed = false;
  let onIdle: (() => void) | undefined;
  let expiry: NodeJS.Timeout | undefined;

  function pump(): void {
    while (batches < options.maxRunning && waiting.length > 0) {
      const batch = takeBatch();
      if (batch.length > 0) void run(batch);
    }
    // With no batch running, the queue is empty, too: the loop above would have started one.
    if (batches === 0) onIdle?.();
  }

  function takeBatch(): Waiting<Item, Result>[] {
    const now = performance.now();
    return waiting.splice(0, options.batchOf(waiting.length)).filter(({ until, reject }) => {
      if (until >= now) return true;
      reject(overloaded());
      return false;
    });
  }

  /** Refuses expired items at the head of the queue on time, even while every batch hangs. */
  function expire(): void {
    expiry = undefined;
    const now = performance.now();
    while (waiting[0] && waiting[0].until <= now) waiting.shift()?.reject(overloaded());
    watchHead();
  }

  function watchHead(): void {
    const [head] = waiting;
    if (head && !expiry) expiry = setTimeout(expire, Math.max(1, head.until - performance.now()));
  }

  async function run(batch: Waiting<Item, Result>[]): Promise<void> {
    batches += 1;
    running += batch.length;
    try {
      const results = await options.work(batch.map(({ item }) => item));
      batch.forEach(({ resolve, reject }, index) => {
        const result = results[index];
        if (result?.status === 'fulfilled') resolve(result.value);
        else reject(result?.reason);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      batches -= 1;
      running -= batch.length;
      pump();
    }
  }

  return {
    add(item) {
      if (closed || waiting.length >= options.maxWaiting) return Promise.reject(overloaded());
      return new Promise((resolve, reject) => {
        waiting.push({ item, until: performance.now() + options.maxWaitMs, resolve, reject });
        pump();
        watchHead();
      });
    },
    delayMs() {
      const [head] = waiting;
      return head ? performance.now() - (head.until - options.maxWaitMs) : 0;
    },
    depth: () => ({ waiting: waiting.length, running }),
    drain() {
      closed = true;
      return new Promise((resolve) => {
        onIdle = resolve;
        pump();
      });
    },
  };
}

export const overloadedRetrySeconds = 1;

/** Queue full; no work was started. */
export function overloaded(): AppError {
  return new AppError('overloaded', {
    detail:
      'The shop is very busy. Nothing was ordered yet; the same submission is safe to send again in a moment.',
    retryAfterSeconds: overloadedRetrySeconds,
  });
}
