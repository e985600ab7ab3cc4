import { Prisma } from '#lib/generated/prisma/client.ts';
import { addJob } from '#lib/jobs/add-job.ts';
import { type Actor, printActor } from '#lib/orders/actor.ts';
import type { CancellationSource, OrderStatus } from '#lib/orders/schema.ts';
import type { Tx } from '#lib/platform/database/db.ts';
import { env } from '#lib/platform/env.ts';
import { AppError } from '#lib/platform/errors.ts';

/** The statuses that an order may change to, by current status. Any other change throws. */
const transitions: Record<OrderStatus, readonly OrderStatus[]> = {
  placed: ['paid', 'fulfilled', 'cancelled'],
  payment_pending: ['paid', 'payment_processing', 'payment_unknown', 'payment_declined', 'cancelled'],
  // Not cancelled: the bank has been asked for the money, and the provider can't withdraw the request.
  payment_processing: ['paid', 'payment_declined'],
  // Not cancelled: money may be on its way, so the provider must answer first.
  payment_unknown: ['paid', 'payment_pending', 'payment_processing', 'payment_declined'],
  payment_declined: ['payment_pending', 'payment_processing', 'paid', 'cancelled'],
  // Cancelled while its refund is requested. Refunded directly when the provider has refunded already.
  // Declined again when an authorisation lapses without a capture.
  paid: ['fulfilled', 'cancelled', 'refunded', 'payment_declined'],
  fulfilled: ['refunded'],
  // Paid when a charge succeeds after the hold has ended, if the stock is still available. Refunded when
  // the provider has confirmed the refund.
  cancelled: ['paid', 'refunded'],
  // The refund failed after it was confirmed: the shop has the money again, and the status must say so.
  refunded: ['cancelled', 'fulfilled'],
};

/** `status`: the status changed. The other kinds leave it unchanged. */
export const orderEventKinds = [
  'status',
  'refund_requested',
  'refunded',
  'refund_failed',
  'dispute_opened',
  'dispute_closed',
] as const;

export type OrderEventKind = (typeof orderEventKinds)[number];

export interface OrderChange {
  userId: string;
  orderId: string;
  /** The version and status that the caller has read and based its decision on. */
  version: number;
  from: OrderStatus;
  to: OrderStatus;
  /** What happened to an order whose status stays the same. */
  kind?: OrderEventKind;
  /** The amount of money that this event is about, in minor units. */
  amountMinor?: number;
  /** How the order ended. An order that had ended before keeps its first value. */
  endedBy?: CancellationSource;
  /** The attempt that pays the order, when it becomes `paid`. */
  paidAttempt?: number;
  /** Another attempt begins, so the hold is extended. */
  extendsHold?: boolean;
  actor: Actor;
  /** Why, in words that an operator understands a year later. */
  reason: string;
}

/**
 * The only way to change an order. Checks and increments the version, records who changed it and why, and
 * adds the `announce` job for the notification. Updates the hold and the matching row of `unpaid_order`.
 * Throws `order_changed` when another change came first: read the order again and decide again.
 */
export async function changeOrder(tx: Tx, change: OrderChange): Promise<void> {
  const { userId, orderId, version, from, to, actor, reason, kind = 'status', amountMinor } = change;
  const { endedBy = null, paidAttempt = null } = change;
  if (from !== to && !transitions[from].includes(to)) {
    throw new Error(`an order cannot go from ${from} to ${to}`);
  }
  const hold = holdAfter(change);
  const { HOLD_MINUTES, HOLD_TOTAL_MINUTES, PROCESSING_HOLD_DAYS } = env();
  // If the order has changed meanwhile, the error below rolls back the change of `unpaid_order`, too.
  const changed = await tx.$executeRaw`
    WITH ended AS (
      DELETE FROM unpaid_order USING orders AS ended
      WHERE ${hold === 'ended'} AND ended.user_id = ${userId}::uuid AND ended.id = ${orderId}::uuid
        AND unpaid_order.email_hash = ended.email_hash AND unpaid_order.order_id = ended.id
    ), held AS (
      INSERT INTO unpaid_order (email_hash, order_id, user_id, network_hash)
      SELECT email_hash, id, user_id, network_hash FROM orders
      WHERE ${hold === 'anew'} AND user_id = ${userId}::uuid AND id = ${orderId}::uuid AND email_hash IS NOT NULL
      ON CONFLICT DO NOTHING
    )
    UPDATE orders SET status = ${to}, version = version + 1,
                      hold_until = CASE ${hold}
                        WHEN 'ended' THEN NULL
                        WHEN 'anew' THEN least(now() + make_interval(mins => ${HOLD_MINUTES}::int),
                          CASE WHEN ${cameBack(change)} THEN placed_at + make_interval(mins => ${HOLD_TOTAL_MINUTES}::int) END)
                        WHEN 'of the bank' THEN now() + make_interval(days => ${PROCESSING_HOLD_DAYS}::int)
                        WHEN 'extended' THEN greatest(hold_until, least(
                          now() + make_interval(mins => ${HOLD_MINUTES}::int),
                          placed_at + make_interval(mins => ${HOLD_TOTAL_MINUTES}::int)))
                        ELSE hold_until END,
                      ended_by = CASE WHEN ${isEnded(to)} THEN coalesce(ended_by, ${endedBy}) END,
                      fulfilled_at = CASE WHEN ${to} = 'fulfilled' THEN coalesce(fulfilled_at, now()) ELSE fulfilled_at END,
                      paid_attempt = CASE ${to} WHEN 'paid' THEN coalesce(${paidAttempt}::int, paid_attempt)
                                                WHEN 'payment_declined' THEN NULL ELSE paid_attempt END
    WHERE user_id = ${userId}::uuid AND id = ${orderId}::uuid AND version = ${version}::int AND status = ${from}`;
  if (changed === 0) {
    throw new AppError('order_changed', {
      detail: 'The order has changed meanwhile. Nothing was done; look at it and try again.',
    });
  }
  await tx.$executeRaw`
    INSERT INTO order_event (user_id, order_id, version, from_status, to_status, actor, actor_kind, reason, kind,
                             amount_minor)
    VALUES (${userId}::uuid, ${orderId}::uuid, ${version + 1}::int, ${from}, ${to}, ${printActor(actor)},
            ${actor.kind}, ${reason}, ${kind}, ${amountMinor ?? null}::int)`;
  await addJob(tx, 'announce', { events: [{ userId, orderId, version: version + 1 }] });
}

const isEnded = (status: OrderStatus): boolean => status === 'cancelled' || status === 'refunded';
const holdEnds = (status: OrderStatus): boolean =>
  status === 'paid' || status === 'fulfilled' || isEnded(status);

/**
 * How a change affects the order's hold on its stock. A database constraint enforces the rule: an order has
 * a hold exactly while it waits for money.
 */
function holdAfter({
  from,
  to,
  extendsHold,
}: OrderChange): 'ended' | 'anew' | 'of the bank' | 'extended' | 'kept' {
  if (holdEnds(to)) return 'ended';
  // However many cards and debits are tried, the hold ends HOLD_TOTAL_MINUTES after the order was placed.
  // A shopper with repeated declines must not keep stock from other shoppers.
  if (extendsHold) return 'extended';
  // The hold follows the payment method: one that takes days keeps the stock for days.
  if (to === 'payment_processing' && from !== to) return 'of the bank';
  // The order was as good as paid, perhaps for days. The shopper gets the initial hold again for another
  // card, but only once: a bank that refuses debit after debit must not block stock for months.
  if (to === 'payment_declined' && asGoodAsPaid.includes(from)) return 'anew';
  return 'kept';
}

const asGoodAsPaid: readonly OrderStatus[] = ['paid', 'payment_processing'];

/** Whether the order was declined before, after it had been as good as paid. */
function cameBack({ userId, orderId }: OrderChange): Prisma.Sql {
  return Prisma.sql`EXISTS (
    SELECT FROM order_event WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid
      AND from_status = ANY(${asGoodAsPaid}::text[]) AND to_status = 'payment_declined')`;
}

export function canBecome(from: OrderStatus, to: OrderStatus): boolean {
  return transitions[from].includes(to);
}
