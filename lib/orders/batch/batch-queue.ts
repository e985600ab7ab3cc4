import { AppError } from '#lib/platform/errors.ts';

/**
 * The admission queue in front of the order writer: bounded, in order of arrival, emptied in
 * batches. What waits together is worked on together; a lone item is a batch of one and waits
 * for nobody.
 */
export interface BatchQueueOptions<Item, Result> {
  /** Items that may wait. One more is refused at once: waiting longer would help nobody. */
  maxWaiting: number;
  /** Items in one batch, at most. */
  maxBatch: number;
  /** Batches being worked on at a time. */
  maxRunning: number;
  /** How long an item may wait for its batch to begin. */
  maxWaitMs: number;
  /** Settles every item of a batch, in their order. */
  work: (items: Item[]) => Promise<PromiseSettledResult<Result>[]>;
}

interface Waiting<Item, Result> {
  item: Item;
  until: number;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

export interface BatchQueue<Item, Result> {
  /** Throws `overloaded` when the queue is full or the wait was too long: then nothing was begun. */
  add(item: Item): Promise<Result>;
  /** Items waiting and items being worked on. */
  depth(): { waiting: number; running: number };
  /** How long the one that waits longest has waited: 0 when nobody does. */
  delayMs(): number;
  /** Refuses what comes and resolves when what was admitted is done. */
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
    // Nobody waits then either: there was room for a batch.
    if (batches === 0) onIdle?.();
  }

  function takeBatch(): Waiting<Item, Result>[] {
    const now = performance.now();
    return waiting.splice(0, options.maxBatch).filter(({ until, reject }) => {
      if (until >= now) return true;
      reject(overloaded());
      return false;
    });
  }

  /** Tells those at the head of the queue in time, also while every batch hangs. */
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

/** Said to whom there is no room for: nothing was begun. */
export function overloaded(): AppError {
  return new AppError('overloaded', {
    detail:
      'The shop is very busy. Nothing was ordered yet; the same submission is safe to send again in a moment.',
    retryAfterSeconds: overloadedRetrySeconds,
  });
}
