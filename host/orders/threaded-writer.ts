import { Worker } from 'node:worker_threads';
import type { Failure, FromThread, Result, ToThread } from '#host/orders/messages.ts';
import { overloaded } from '#lib/orders/batch/batch-queue.ts';
import { countBatch, maxWaiting, type OrderWriter, useOrderWriter } from '#lib/orders/batch/order-writer.ts';
import type { Decision } from '#lib/orders/decide/decide.ts';
import type { OrderRequest } from '#lib/orders/order-request.ts';
import { isDatabaseAway, isRetryable } from '#lib/platform/database/db-errors.ts';
import { logger } from '#lib/platform/logger.ts';

/**
 * Runs the order writer in a thread of its own. A batch needs four answers of the database. In the thread of
 * the requests, each of them would wait until all requests that have arrived are read, and the database and
 * the locked rows would wait with it: docs/decisions/0030.
 */

/** Its live data are some batches; V8's default for a thread is sized by the machine's memory. */
const resourceLimits = { maxYoungGenerationSizeMb: 12 };

/** Starts the thread and makes it the order writer of this process. Resolves when it takes orders. */
export async function startWriterThread(): Promise<{ end(): Promise<void> }> {
  const thread = new Worker(new URL('./writer-thread.ts', import.meta.url), {
    name: 'order-writer',
    resourceLimits,
  });
  const ready = Promise.withResolvers<void>();
  const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
  const writer = makeThreadedWriter((message) => thread.postMessage(message), countBatch);
  thread.on('message', (message: FromThread) => {
    if ('ready' in message) ready.resolve();
    else writer.hear(message);
  });
  // The submissions in it have no answer, and further ones would get none. After a restart they can be sent
  // again.
  thread.on('error', (error) => {
    logger().fatal({ err: error }, 'the order writer failed');
    process.exit(1);
  });
  let isEnding = false;
  thread.on('exit', (code) => {
    if (isEnding) return;
    logger().fatal({ code }, 'the order writer ended');
    process.exit(1);
  });
  await ready.promise;
  useOrderWriter(writer);
  return {
    async end() {
      await writer.drain();
      isEnding = true;
      thread.postMessage({ end: true } satisfies ToThread);
      await ended;
    },
  };
}

interface Open {
  since: number;
  resolve: (decision: Decision) => void;
  reject: (error: unknown) => void;
}

/** The order writer behind messages: `send` sends one, `hear` takes one, `onBatch` learns each batch's size. */
export function makeThreadedWriter(
  send: (message: ToThread) => void,
  onBatch: (size: number) => void,
): OrderWriter & { hear(message: { batches: number[]; results: Result[] }): void } {
  /** Submissions without a result, oldest first. */
  const open = new Map<number, Open>();
  let unsent: OrderRequest[] = [];
  let added = 0;
  let running = 0;
  let closed = false;
  let onIdle: (() => void) | undefined;

  /** One message for all submissions of a turn. */
  function sendAll(): void {
    const orderRequests = unsent;
    unsent = [];
    send({ first: added - orderRequests.length, orderRequests });
  }

  function settle(result: Result): void {
    const one = open.get(result.id);
    open.delete(result.id);
    if ('decision' in result) one?.resolve(result.decision);
    else one?.reject(errorOf(result.failure));
  }

  return {
    add(orderRequest) {
      if (closed || open.size >= maxWaiting) return Promise.reject(overloaded());
      return new Promise((resolve, reject) => {
        open.set(added, { since: performance.now(), resolve, reject });
        added += 1;
        if (unsent.length === 0) setImmediate(sendAll);
        unsent.push(orderRequest);
      });
    },
    hear({ batches, results }) {
      for (const size of batches) {
        running += size;
        onBatch(size);
      }
      for (const result of results) settle(result);
      running = Math.min(running - decidedOf(results), open.size);
      if (open.size === 0) onIdle?.();
    },
    delayMs() {
      for (const { since } of open.values()) return performance.now() - since;
      return 0;
    },
    depth: () => ({ waiting: open.size - running, running }),
    drain() {
      closed = true;
      return new Promise((resolve) => {
        onIdle = resolve;
        if (open.size === 0) resolve();
      });
    },
  };
}

/** How many of these were in a batch. The others waited too long for one. */
const decidedOf = (results: readonly Result[]) =>
  results.filter((result) => 'decision' in result || result.failure.kind !== 'overloaded').length;

/** Prisma's code for a database that cannot be reached. */
const unreachable = 'P1001';

/** The error as it was, as far as the log and the answer need it. */
function errorOf({ kind, error: { type, ...described } }: Failure): Error {
  if (kind === 'overloaded') return overloaded();
  const error = Object.assign(new Error(described.message), described, { name: type });
  // It was recognised by what the log doesn't keep.
  if (kind === 'unavailable' && !isDatabaseAway(error) && !isRetryable(error)) error.code = unreachable;
  return error;
}
