import type { CancellationSource, OrderStatus } from '#lib/orders/schema.ts';
import type { Tx } from '#lib/platform/database/db.ts';

interface OrderKey {
  userId: string;
  orderId: string;
}

export interface OrderRow {
  id: string;
  number: string;
  status: OrderStatus;
  version: number;
  totalMinor: number;
  currency: string;
  /** Whether the shop has answered its submission with "accepted". */
  accepted: boolean;
  endedBy: CancellationSource | null;
  /** The attempt that paid the order. Money of another attempt does not belong to the order. */
  paidAttempt: number | null;
  fulfilled: boolean;
  /** The hold on its stock has expired, and a job will cancel the order. Uses the database's clock. */
  holdIsOver: boolean;
}

/** Locks the order until the transaction ends. Undefined when this shopper has no such order. */
export async function lockOrderRow(tx: Tx, { userId, orderId }: OrderKey): Promise<OrderRow | undefined> {
  const [order] = await tx.$queryRaw<OrderRow[]>`
    SELECT id, number, status, version, total_minor AS "totalMinor", currency, ended_by AS "endedBy",
           paid_attempt AS "paidAttempt", accepted_at IS NOT NULL AS accepted, fulfilled_at IS NOT NULL AS fulfilled,
           coalesce(hold_until < clock_timestamp(), false) AS "holdIsOver"
    FROM orders WHERE user_id = ${userId}::uuid AND id = ${orderId}::uuid FOR UPDATE`;
  return order;
}

/** The same as `holdIsOver`, for an order that is not locked. */
export async function isHoldOver(tx: Tx, { userId, orderId }: OrderKey): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ over: boolean | null }[]>`
    SELECT hold_until < clock_timestamp() AS over FROM orders
    WHERE user_id = ${userId}::uuid AND id = ${orderId}::uuid`;
  return row?.over === true;
}
