import { db } from '#lib/platform/database/db.ts';
import { isUniqueViolation } from '#lib/platform/database/db-errors.ts';
import { logger } from '#lib/platform/logger.ts';
import type { OrderKey } from '#lib/stock/move-stock.ts';
import * as shop from '#lib/stock/release-stock.ts';

/**
 * The stock is released after the transaction that ends the order, by a job: queues deliver a job at least once, and
 * here it runs twice at the same time.
 */

export * from '#lib/stock/release-stock.ts';

export const releaseStock: typeof shop.releaseStock = async (_tx, key) => {
  for (let run = 0; run < 2; run += 1) void releaseLater(key);
};

const releaseLater = (key: OrderKey): Promise<void> =>
  db()
    .$transaction(async (tx) => {
      // Waits for the end of the transaction that changes the order. Both runs get this lock.
      const [order] = await tx.$queryRaw<{ ended: boolean }[]>`
        SELECT status IN ('cancelled', 'refunded') AS ended FROM orders
        WHERE user_id = ${key.userId}::uuid AND id = ${key.orderId}::uuid FOR SHARE`;
      if (order?.ended) await shop.releaseStock(tx, key);
    })
    .catch((error: unknown) => {
      // A job that finds its work done has nothing to do.
      if (!isUniqueViolation(error)) logger().error({ err: error }, 'stock could not be released');
    });
