import { parentPort } from 'node:worker_threads';
import type { Failure, FromThread, Result, ToThread } from '#host/orders/messages.ts';
import { makeOrderWriter } from '#lib/orders/batch/order-writer.ts';
import { closeDb } from '#lib/platform/database/db.ts';
import { isDatabaseAway, isRetryable } from '#lib/platform/database/db-errors.ts';
import { AppError } from '#lib/platform/errors.ts';
import { logger } from '#lib/platform/logger.ts';
import { shareMetrics } from '#lib/platform/scrape/share-metrics.ts';
import { describeError } from '#lib/platform/text/describe-error.ts';
import { stopTracing } from '#lib/platform/tracing/start-tracing.ts';

/** The thread of the order writer: host/orders/threaded-writer.ts starts it and talks to it. */

const port = parentPort;
if (!port) throw new Error('this file is the main file of a thread');

let untold: { batches: number[]; results: Result[] } = { batches: [], results: [] };
const writer = makeOrderWriter((size) => {
  untold.batches.push(size);
  tellSoon();
});

let isTelling = false;

/** One message a turn: the results of a batch come together, and with the beginning of the next one. */
function tellSoon(): void {
  if (isTelling) return;
  isTelling = true;
  setImmediate(() => {
    isTelling = false;
    tell(untold);
    untold = { batches: [], results: [] };
  });
}

const tell = (message: FromThread) => port.postMessage(message);

function answer(result: Result): void {
  untold.results.push(result);
  tellSoon();
}

port.on('message', (message: ToThread) => {
  if ('end' in message) void end();
  else {
    message.orderRequests.forEach((orderRequest, index) => {
      const id = message.first + index;
      writer.add(orderRequest).then(
        (decision) => answer({ id, decision }),
        (error) => answer({ id, failure: failureOf(error) }),
      );
    });
  }
});

const failureOf = (error: unknown): Failure => ({ kind: kindOf(error), error: describeError(error) });

function kindOf(error: unknown): Failure['kind'] {
  // Of the queue: the only problem with an answer of its own.
  if (error instanceof AppError && error.code === 'overloaded') return 'overloaded';
  return isDatabaseAway(error) || isRetryable(error) ? 'unavailable' : 'error';
}

async function end(): Promise<void> {
  await writer.drain();
  await Promise.all([closeDb(), stopTracing()]);
  // After the last results. Ends this thread only, also while a collector still keeps a connection open.
  setImmediate(() => process.exit());
}

// As Next does it in the thread of the requests: a promise that no one waits for is no reason to end all orders.
process.on('unhandledRejection', (error) =>
  logger().error({ err: error }, 'a promise of the order writer failed'),
);

await shareMetrics('web');
tell({ ready: true });
