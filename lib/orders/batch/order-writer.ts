import { type BatchQueue, makeBatchQueue } from '#lib/orders/batch/batch-queue.ts';
import { writeInTrace } from '#lib/orders/batch/trace-batch.ts';
import { writeOrders } from '#lib/orders/batch/write-orders.ts';
import type { Decision } from '#lib/orders/decide/decide.ts';
import type { OrderRequest } from '#lib/orders/order-request.ts';
import { env } from '#lib/platform/env.ts';
import { histogram } from '#lib/platform/metrics.ts';
import { processWide } from '#lib/platform/process-wide.ts';
import { tracing } from '#lib/platform/tracing/tracing.ts';

/** Orders in one commit: a larger batch would hardly lower the cost per order. */
const maxBatch = 128;

/** A smaller batch would cost noticeably more per order. */
const worthHalving = 32;

/**
 * Half of a crowd: while the database writes one half, the answers of the other half are sent and its next
 * requests are read. If a batch took all, the database would wait for the requests, and then the requests for
 * the database.
 */
export function batchOf(waiting: number): number {
  return Math.min(maxBatch, waiting, Math.max(worthHalving, Math.ceil(waiting / 2)));
}

/** Submissions that may wait: about what the writer clears within `maxWaitMs`. */
export const maxWaiting = 4_096;

/** The longest wait of a shopper; after that, "busy, try again" is the better answer. */
const maxWaitMs = 3_000;

const batchSizes = histogram({
  name: 'once_order_batch_size',
  help: 'Orders in a batch of the order writer',
  buckets: [1, 2, 4, 8, 16, 32, 64, 128],
});

export type OrderWriter = BatchQueue<OrderRequest, Decision>;

/** The order writer of this process. */
export function orderWriter(): OrderWriter {
  return processWide('orderWriter', () => makeOrderWriter(countBatch));
}

/** Makes `writer` the order writer of this process. Call it before the first order. */
export function useOrderWriter(writer: OrderWriter): void {
  processWide('orderWriter', () => writer);
}

/** `onBatch` is called with the number of orders of each batch that starts. */
export function makeOrderWriter(onBatch: (size: number) => void): OrderWriter {
  return makeBatchQueue({
    maxWaiting,
    batchOf,
    maxRunning: env().WRITER_CONNECTIONS,
    maxWaitMs,
    work: (orderRequests) => {
      onBatch(orderRequests.length);
      return tracing() ? writeInTrace(orderRequests, writeOrders) : writeOrders(orderRequests);
    },
  });
}

export function countBatch(size: number): void {
  batchSizes.observe(size);
}

/** Refuses new submissions and finishes the admitted ones. */
export async function drainOrderWriter(): Promise<void> {
  await orderWriter().drain();
}
