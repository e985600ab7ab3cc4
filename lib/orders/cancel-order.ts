import { db, type Tx } from '#lib/db.ts';
import { AppError } from '#lib/errors.ts';
import { canBecome, changeOrder } from '#lib/orders/change-order.ts';
import type { OrderStatus } from '#lib/orders/schema.ts';
import { returnStock } from '#lib/stock/return-stock.ts';
import { isUuid } from '#lib/uuid.ts';

/**
 * Cancels an order before fulfilment: its status, its stock and its open payment in one
 * transaction. Cancelling twice is cancelling once: `changed` is false the second time.
 * Throws `not_found` (also for another shopper's order) and `not_cancellable`.
 */
export async function cancelOrder({
  userId,
  id,
}: {
  userId: string;
  id: string;
}): Promise<{ changed: boolean }> {
  if (!isUuid(id)) throw noSuchOrder();
  return db().$transaction(async (tx) => {
    const order = await lockOrder(tx, userId, id);
    if (order.status === 'cancelled') return { changed: false };
    if (!canBecome(order.status, 'cancelled')) {
      throw new AppError('not_cancellable', {
        detail: `The order is ${order.status} and can no longer be cancelled. Nothing was changed; you can still return what you received.`,
      });
    }
    await changeOrder(tx, {
      userId,
      orderId: id,
      version: order.version,
      from: order.status,
      to: 'cancelled',
      actor: 'shopper',
      reason: 'cancelled by its owner',
    });
    await tx.$executeRaw`
      UPDATE payment SET status = 'voided', version = version + 1
      WHERE user_id = ${userId}::uuid AND order_id = ${id}::uuid AND status = 'due'`;
    await returnStock(tx, { userId, orderId: id });
    return { changed: true };
  });
}

/** Two that cancel at once take turns here, so that the second sees what the first did. */
async function lockOrder(
  tx: Tx,
  userId: string,
  id: string,
): Promise<{ status: OrderStatus; version: number }> {
  const [order] = await tx.$queryRaw<{ status: OrderStatus; version: number }[]>`
    SELECT status, version FROM orders WHERE user_id = ${userId}::uuid AND id = ${id}::uuid FOR UPDATE`;
  if (order) return order;
  throw noSuchOrder();
}

function noSuchOrder(): AppError {
  return new AppError('not_found', { detail: 'There is no such order of yours.' });
}
