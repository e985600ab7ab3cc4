import { Histogram } from 'prom-client';
import { type BatchQueue, makeBatchQueue } from '#lib/orders/batch/batch-queue.ts';
import { writeOrders } from '#lib/orders/batch/write-orders.ts';
import type { Decision } from '#lib/orders/decide/decide.ts';
import type { OrderRequest } from '#lib/orders/order-request.ts';
import { env } from '#lib/platform/env.ts';
import { metrics } from '#lib/platform/metrics.ts';
import { processWide } from '#lib/platform/process-wide.ts';

/** Orders in one commit: a larger batch would hardly lower the cost per order. */
const maxBatch = 128;

/** Submissions that may wait: about what the writer clears within `maxWaitMs`. */
const maxWaiting = 4_096;

/** The longest wait of a shopper; after that, "busy, try again" is the better answer. */
const maxWaitMs = 3_000;

const batchSizes = () =>
  processWide(
    'orderBatchSizes',
    () =>
      new Histogram({
        name: 'once_order_batch_size',
        help: 'Orders in a batch of the order writer',
        buckets: [1, 2, 4, 8, 16, 32, 64, 128],
        registers: [metrics()],
      }),
  );

/** The order writer of this process. */
export function orderWriter(): BatchQueue<OrderRequest, Decision> {
  return processWide('orderWriter', () =>
    makeBatchQueue({
      maxWaiting,
      maxBatch,
      maxRunning: env().WRITER_CONNECTIONS,
      maxWaitMs,
      work: (orderRequests) => {
        batchSizes().observe(orderRequests.length);
        return writeOrders(orderRequests);
      },
    }),
  );
}

/** Refuses new submissions and finishes the admitted ones. */
export async function drainOrderWriter(): Promise<void> {
  await orderWriter().drain();
}
