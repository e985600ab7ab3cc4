import { env } from '#lib/env.ts';
import { type BatchQueue, makeBatchQueue } from '#lib/orders/batch-queue.ts';
import type { Decision } from '#lib/orders/decide.ts';
import type { Placement } from '#lib/orders/placement.ts';
import { writeOrders } from '#lib/orders/write-orders.ts';
import { processWide } from '#lib/process-wide.ts';

/** Orders in one commit: beyond this a commit's cost is spread thin enough already. */
const maxBatch = 64;

/** Submissions that may wait: about what the writer clears in the longest wait below. */
const maxWaiting = 4_096;

/** A shopper waits this long for their turn at most; then "busy, try again" is the better answer. */
const maxWaitMs = 3_000;

/** The process's one order writer. */
export function orderWriter(): BatchQueue<Placement, Decision> {
  return processWide('orderWriter', () =>
    makeBatchQueue({
      maxWaiting,
      maxBatch,
      maxRunning: env().WRITER_CONNECTIONS,
      maxWaitMs,
      work: writeOrders,
    }),
  );
}

/** Takes no more submissions and finishes those that were admitted. */
export async function drainOrderWriter(): Promise<void> {
  await orderWriter().drain();
}
