import { requestAll } from '#lib/order-management/request-refunds.ts';
import type { Actor } from '#lib/orders/actor.ts';
import { changeOrder } from '#lib/orders/change-order.ts';
import type { CancellationSource } from '#lib/orders/schema.ts';
import { changePayment, type LockedOrder } from '#lib/payments/payment-rows.ts';
import type { Tx } from '#lib/platform/database/db.ts';
import { releaseStock } from '#lib/stock/release-stock.ts';

interface EndOrder {
  actor: Actor;
  reason: string;
  /** The amount whose refund was requested earlier in the same transaction. */
  requestedMinor?: number;
}

/**
 * Cancels an order that was not fulfilled and releases its stock, in the caller's transaction and under its
 * lock. An order that ends needs none of its money, so refunds of all that the shop still holds are
 * requested; their ids are returned. A due invoice becomes void.
 */
export async function endOrder(
  tx: Tx,
  { userId, order, payments }: LockedOrder & { userId: string },
  { requestedMinor = 0, ...end }: EndOrder,
): Promise<string[]> {
  const { id: orderId, version, status: from } = order;
  const endedBy = sourceOf(end.actor);
  const { ids, amountMinor } = await requestAll(tx, payments, end);
  const sumMinor = requestedMinor + amountMinor;
  const requested = sumMinor > 0 ? { amountMinor: sumMinor } : {};
  await changeOrder(tx, { userId, orderId, version, from, to: 'cancelled', endedBy, ...end, ...requested });
  for (const payment of payments) {
    if (payment.status === 'due') await changePayment(tx, payment, { status: 'voided' });
  }
  await releaseStock(tx, { userId, orderId });
  return ids;
}

/** How an order ends that this actor cancels. The only job that cancels orders is `expire_holds`. */
const sourceOf = ({ kind }: Actor): CancellationSource => (kind === 'job' ? 'hold' : kind);
