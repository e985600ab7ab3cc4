import type { Tx } from '#lib/db.ts';
import { Prisma } from '#lib/generated/prisma/client.ts';
import type { OrderStatus, PaymentStatus } from '#lib/orders/schema.ts';
import type { AttemptKey } from '#lib/payments/provider.ts';

/** Nobody has written down yet how it ended. */
export const isOpen = (status: PaymentStatus): boolean =>
  status === 'created' || status === 'requires_action' || status === 'unknown';

/** It will not take money any more; what was taken has been given back. */
export const isOver = (status: PaymentStatus): boolean =>
  status === 'declined' || status === 'voided' || status === 'refunded';

export interface PaymentRow extends AttemptKey {
  method: 'invoice' | 'card';
  status: PaymentStatus;
  version: number;
  amountMinor: number;
  currency: string;
  idempotencyKey: string;
  providerRef: string | null;
  token: string | null;
  declineCode: string | null;
  actionUrl: string | null;
  refundedMinor: number;
  createdAt: Date;
  /** Milliseconds since then, when it was read. By the clock that wrote it, because a process's own may be hours off. */
  ageMs: number;
}

export interface OrderRow {
  id: string;
  number: string;
  status: OrderStatus;
  version: number;
  totalMinor: number;
  currency: string;
  /** Whether the shop has said "accepted" to its submission. */
  accepted: boolean;
  /** Who changed it last, as in its events. */
  lastActor: string;
}

/** How old a row is by the database's clock; not by when its transaction began, which may be before the row. */
const ageMsSql = Prisma.sql`
  (extract(epoch FROM clock_timestamp() - created_at) * 1000)::float8 AS "ageMs"`;

const paymentColumns = Prisma.sql`
  user_id AS "userId", order_id AS "orderId", attempt, method, status, version, amount_minor AS "amountMinor",
  currency, idempotency_key AS "idempotencyKey", provider_ref AS "providerRef", token,
  decline_code AS "declineCode", action_url AS "actionUrl", refunded_minor AS "refundedMinor",
  created_at AS "createdAt", ${ageMsSql}`;

/** An attempt of an order, the latest one if none is named; undefined when there is none. */
export async function readPayment(
  tx: Tx,
  { userId, orderId, attempt }: Omit<AttemptKey, 'attempt'> & { attempt?: number },
): Promise<PaymentRow | undefined> {
  const [row] = await tx.$queryRaw<PaymentRow[]>`
    SELECT ${paymentColumns} FROM payment
    WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid
      AND attempt = coalesce(${attempt ?? null}::int, attempt)
    ORDER BY attempt DESC LIMIT 1`;
  return row;
}

/**
 * An order and its payments, oldest attempt first, locked in this order by everybody: whoever
 * changes either is alone with them. Undefined when there is no such order of this shopper.
 */
export async function lockOrder(
  tx: Tx,
  { userId, orderId }: { userId: string; orderId: string },
): Promise<{ order: OrderRow; payments: PaymentRow[] } | undefined> {
  const [order] = await tx.$queryRaw<Omit<OrderRow, 'lastActor'>[]>`
    SELECT id, number, status, version, total_minor AS "totalMinor", currency,
           accepted_at IS NOT NULL AS accepted
    FROM orders WHERE user_id = ${userId}::uuid AND id = ${orderId}::uuid FOR UPDATE`;
  if (!order) return undefined;
  // After the wait for the lock, by a statement of its own: the one that waited sees the order as it
  // is and its events as they were before.
  const [event] = await tx.$queryRaw<{ actor: string }[]>`
    SELECT actor FROM order_event
    WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid AND version = ${order.version}::int`;
  const payments = await tx.$queryRaw<PaymentRow[]>`
    SELECT ${paymentColumns} FROM payment
    WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid ORDER BY attempt FOR UPDATE`;
  return { order: { ...order, lastActor: event?.actor ?? '' }, payments };
}
