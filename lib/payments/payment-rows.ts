import { Prisma } from '#lib/generated/prisma/client.ts';
import { lockOrderRow, type OrderRow } from '#lib/orders/order-rows.ts';
import type { AttemptKey } from '#lib/payment-provider/provider.ts';
import type { PaymentStatus } from '#lib/payment-provider/statuses.ts';
import type { Tx } from '#lib/platform/database/db.ts';
import { AppError } from '#lib/platform/errors.ts';

/** The outcome is not known yet. */
export const isOpen = (status: PaymentStatus): boolean =>
  status === 'created' || status === 'requires_action' || status === 'processing' || status === 'unknown';

/** It took no money and never will. */
export const tookNothing = (status: PaymentStatus): boolean => status === 'declined' || status === 'voided';

/** It no longer pays an order: it took nothing, or its money is being refunded or was refunded. */
export const isOver = (status: PaymentStatus): boolean =>
  tookNothing(status) || status === 'returning' || status === 'refunded';

/** The longest time in which a submission is answered. */
const chargingMs = 10_000;

/** A shopper waits for the answer, and would read that their card was refused if it were cancelled now. */
export const isBeingCharged = ({ status, ageMs }: PaymentRow): boolean =>
  status === 'created' && ageMs < chargingMs;

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
  /** The amount that the provider captured, and the part of it that banks took back in lost disputes. */
  capturedMinor: number;
  lostMinor: number;
  /** The refunded amount that the provider has confirmed. */
  refundedMinor: number;
  /** The provider's fee, where it is known. */
  feeMinor: number | null;
  createdAt: Date;
  /** Milliseconds since `createdAt` when read, by the database's clock: a process's own may be hours off. */
  ageMs: number;
  /** The provider's id of a charge of this attempt that matched no order; see `unmatched-charges.ts`. */
  unmatchedRef?: string | null;
  /** The same for another attempt of this order whose row is missing, with the exact amount due. */
  strayRef?: string | null;
  /** Since when the provider's events are unread, if that is longer than the provider keeps its keys. */
  unreadSince?: Date | null;
}

/**
 * A row's age by the database's clock. `now()` would not do: the transaction may have begun before the
 * row was written.
 */
const ageMsSql = Prisma.sql`
  (extract(epoch FROM clock_timestamp() - created_at) * 1000)::float8 AS "ageMs"`;

const paymentColumns = Prisma.sql`
  user_id AS "userId", order_id AS "orderId", attempt, method, status, version, amount_minor AS "amountMinor",
  currency, idempotency_key AS "idempotencyKey", provider_ref AS "providerRef", token,
  decline_code AS "declineCode", action_url AS "actionUrl", refunded_minor AS "refundedMinor",
  captured_minor AS "capturedMinor", lost_minor AS "lostMinor", fee_minor AS "feeMinor",
  created_at AS "createdAt", ${ageMsSql}`;

/** An attempt of an order; the latest one if none is named. Undefined when there is none. */
export async function readPayment(
  tx: Tx,
  { userId, orderId, attempt }: Omit<AttemptKey, 'attempt'> & { attempt?: number },
): Promise<PaymentRow | undefined> {
  const [row] = await tx.$queryRaw<PaymentRow[]>`
    SELECT ${paymentColumns},
           (SELECT provider_ref FROM unmatched_charge
            WHERE unmatched_charge.order_id = payment.order_id AND unmatched_charge.attempt = payment.attempt
              AND resolved_at IS NULL
            ORDER BY first_seen_at LIMIT 1) AS "unmatchedRef",
           (SELECT provider_ref FROM unmatched_charge AS stray
            WHERE stray.order_id = payment.order_id AND stray.user_id = payment.user_id AND resolved_at IS NULL
              AND stray.amount_minor = payment.amount_minor AND stray.currency = payment.currency
              AND NOT EXISTS (SELECT FROM payment AS own
                              WHERE own.user_id = stray.user_id AND own.order_id = stray.order_id
                                AND own.attempt = stray.attempt)
            ORDER BY first_seen_at LIMIT 1) AS "strayRef",
           (SELECT read_until FROM event_cursor
            WHERE name = 'provider_events' AND read_until < now() - interval '23 hours') AS "unreadSince"
    FROM payment
    WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid
      AND attempt = coalesce(${attempt ?? null}::int, attempt)
    ORDER BY attempt DESC LIMIT 1`;
  return row;
}

export interface LockedOrder {
  order: OrderRow;
  payments: PaymentRow[];
}

/**
 * An order and its payments, oldest attempt first. Every writer locks them in this order, so changes to
 * either never run at the same time. Undefined when this shopper has no such order.
 */
export async function lockOrder(
  tx: Tx,
  { userId, orderId }: { userId: string; orderId: string },
): Promise<LockedOrder | undefined> {
  const order = await lockOrderRow(tx, { userId, orderId });
  if (!order) return undefined;
  const payments = await tx.$queryRaw<PaymentRow[]>`
    SELECT ${paymentColumns} FROM payment
    WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid ORDER BY attempt FOR UPDATE`;
  return { order: { ...order, paidAttempt: order.paidAttempt ?? payingOf(order, payments) }, payments };
}

/** The columns that a change may write; the others never change. */
const stateColumns = [
  'status',
  'providerRef',
  'declineCode',
  'actionUrl',
  'capturedMinor',
  'refundedMinor',
  'lostMinor',
  'feeMinor',
] as const;

type PaymentState = Pick<PaymentRow, (typeof stateColumns)[number]>;

export const isSameState = (one: PaymentState, other: PaymentState): boolean =>
  stateColumns.every((name) => one[name] === other[name]);

/**
 * The only way to change a payment: one statement for all that a change writes, in the caller's
 * transaction and under the order's lock. Checks and increments the version. An empty change only
 * makes earlier answers of the provider outdated. `changeOrder` records the event in the same transaction.
 * Throws `order_changed` when the row was written since it was read, also by the same transaction.
 */
export async function changePayment(
  tx: Tx,
  payment: PaymentRow,
  change: Partial<PaymentState>,
): Promise<PaymentRow> {
  const { userId, orderId, attempt, version } = payment;
  const after: PaymentRow = { ...payment, ...change, version: version + 1 };
  const changed = await tx.$executeRaw`
    UPDATE payment SET status = ${after.status}, provider_ref = ${after.providerRef},
                       decline_code = ${after.declineCode}, action_url = ${after.actionUrl},
                       captured_minor = ${after.capturedMinor}::int, refunded_minor = ${after.refundedMinor}::int,
                       lost_minor = ${after.lostMinor}::int, fee_minor = ${after.feeMinor}::int,
                       version = version + 1, updated_at = now()
    WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid AND attempt = ${attempt}::int
      AND version = ${version}::int`;
  if (changed === 0) {
    throw new AppError('order_changed', {
      detail: 'The payment has changed meanwhile. Nothing was done; look at the order and try again.',
    });
  }
  return after;
}

/** A process of the previous version marked the order as paid without naming the attempt: the live one. */
function payingOf({ status }: OrderRow, payments: PaymentRow[]): number | null {
  if (status !== 'paid' && status !== 'fulfilled') return null;
  const live = payments.find((payment) => payment.method === 'card' && !isOver(payment.status));
  return live?.attempt ?? null;
}
