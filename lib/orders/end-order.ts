import type { Tx } from '#lib/db.ts';
import { changeOrder } from '#lib/orders/change-order.ts';
import type { OrderRow } from '#lib/payments/payment-rows.ts';
import { returnStock } from '#lib/stock/return-stock.ts';

/**
 * Ends an order that was not fulfilled: its status, its hold and its stock, which goes back on the
 * shelf, in the caller's transaction. The caller has locked the order and dealt with its money.
 */
export async function endOrder(
  tx: Tx,
  order: OrderRow & { userId: string },
  { to, actor, reason }: { to: 'cancelled' | 'refunded'; actor: string; reason: string },
): Promise<void> {
  const { userId, id: orderId, version, status: from } = order;
  await changeOrder(tx, { userId, orderId, version, from, to, actor, reason });
  await tx.$executeRaw`
    UPDATE orders SET hold_until = NULL WHERE user_id = ${userId}::uuid AND id = ${orderId}::uuid`;
  await returnStock(tx, { userId, orderId });
}
