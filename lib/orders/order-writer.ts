import { Histogram } from 'prom-client';
import { env } from '#lib/env.ts';
import { metrics } from '#lib/metrics.ts';
import { type BatchQueue, makeBatchQueue } from '#lib/orders/batch-queue.ts';
import type { Decision } from '#lib/orders/decide.ts';
import type { Placement } from '#lib/orders/placement.ts';
import { writeOrders } from '#lib/orders/write-orders.ts';
import { processWide } from '#lib/process-wide.ts';

/** Orders in one commit: beyond this a commit's cost is spread thin enough already. */
const maxBatch = 128;

/** Submissions that may wait: about what the writer clears in the longest wait below. */
const maxWaiting = 4_096;

/** A shopper waits this long for their turn at most; then "busy, try again" is the better answer. */
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

/** The process's one order writer. */
export function orderWriter(): BatchQueue<Placement, Decision> {
  return processWide('orderWriter', () =>
    makeBatchQueue({
      maxWaiting,
      maxBatch,
      maxRunning: env().WRITER_CONNECTIONS,
      maxWaitMs,
      work: (placements) => {
        batchSizes().observe(placements.length);
        return writeOrders(placements);
      },
    }),
  );
}

/** Takes no more submissions and finishes those that were admitted. */
export async function drainOrderWriter(): Promise<void> {
  await orderWriter().drain();
}
