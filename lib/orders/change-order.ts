import type { Tx } from '#lib/db.ts';
import { AppError } from '#lib/errors.ts';
import { addJob } from '#lib/jobs/add-job.ts';
import type { OrderStatus } from '#lib/orders/schema.ts';

/** What an order may become from each status. Whatever isn't here doesn't happen. */
const transitions: Record<OrderStatus, readonly OrderStatus[]> = {
  placed: ['paid', 'fulfilled', 'cancelled'],
  payment_pending: ['paid', 'payment_unknown', 'payment_declined', 'cancelled'],
  // Not cancelled: money may be on its way. The answer of the provider comes first.
  payment_unknown: ['paid', 'payment_pending', 'payment_declined'],
  payment_declined: ['payment_pending', 'paid', 'cancelled'],
  // Declined again when an authorisation lapses that nobody captured.
  paid: ['fulfilled', 'refunded', 'payment_declined'],
  fulfilled: ['refunded'],
  // By a charge that came after its hold was over, if its stock is still there.
  cancelled: ['paid'],
  refunded: [],
};

export interface OrderChange {
  userId: string;
  orderId: string;
  /** The version and status that the caller has seen and decided on. */
  version: number;
  from: OrderStatus;
  to: OrderStatus;
  /** Who changes it: `shopper`, `operator:<name>`, `provider`, `job:<name>`. */
  actor: string;
  /** Why, in words that an operator understands a year later. */
  reason: string;
}

/**
 * The only way an order changes. Checks the version, counts it up, records who and why, and has
 * it announced.
 * Throws `order_changed` when somebody else was faster: read the order again and decide again.
 */
export async function changeOrder(tx: Tx, change: OrderChange): Promise<void> {
  const { userId, orderId, version, from, to, actor, reason } = change;
  // To stay what it is can be worth an event: something happened that its owner is to be told.
  if (from !== to && !transitions[from].includes(to)) {
    throw new Error(`an order cannot go from ${from} to ${to}`);
  }
  const changed = await tx.$executeRaw`
    UPDATE orders SET status = ${to}, version = version + 1
    WHERE user_id = ${userId}::uuid AND id = ${orderId}::uuid AND version = ${version}::int AND status = ${from}`;
  if (changed === 0) {
    throw new AppError('order_changed', {
      detail: 'The order has changed meanwhile. Nothing was done; look at it and try again.',
    });
  }
  await tx.$executeRaw`
    INSERT INTO order_event (user_id, order_id, version, from_status, to_status, actor, reason)
    VALUES (${userId}::uuid, ${orderId}::uuid, ${version + 1}::int, ${from}, ${to}, ${actor}, ${reason})`;
  await addJob(tx, 'announce', { events: [{ userId, orderId, version: version + 1 }] });
}

export function canBecome(from: OrderStatus, to: OrderStatus): boolean {
  return transitions[from].includes(to);
}
