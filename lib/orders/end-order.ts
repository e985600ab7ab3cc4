import type { Actor } from '#lib/orders/actor.ts';
import { changeOrder } from '#lib/orders/change-order.ts';
import type { OrderRow } from '#lib/orders/order-rows.ts';
import type { CancellationSource } from '#lib/orders/schema.ts';
import type { Tx } from '#lib/platform/database/db.ts';
import { returnStock } from '#lib/stock/return-stock.ts';

/**
 * Cancels an order that was not fulfilled and returns its stock, in the caller's transaction. Before that,
 * the caller must lock the order and request the refund of its money (`amountMinor`, 0 if there is none).
 * A due invoice becomes void.
 */
export async function endOrder(
  tx: Tx,
  order: OrderRow & { userId: string },
  { amountMinor, ...end }: { actor: Actor; reason: string; amountMinor: number },
): Promise<void> {
  const { userId, id: orderId, version, status: from } = order;
  const endedBy = sourceOf(end.actor);
  const requested = amountMinor > 0 ? { amountMinor } : {};
  await changeOrder(tx, { userId, orderId, version, from, to: 'cancelled', endedBy, ...end, ...requested });
  await tx.$executeRaw`
    UPDATE payment SET status = 'voided', version = version + 1, updated_at = now()
    WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid AND status = 'due'`;
  await returnStock(tx, { userId, orderId });
}

/** How an order ends that this actor cancels. The only job that cancels orders is `expire_holds`. */
const sourceOf = ({ kind }: Actor): CancellationSource => (kind === 'job' ? 'hold' : kind);
