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
  /** Whether the shop has said "accepted" to its submission. */
  accepted: boolean;
  endedBy: CancellationSource | null;
  /** Which attempt paid it. Money of another attempt is not the order's. */
  paidAttempt: number | null;
  fulfilled: boolean;
  /** Its stock is kept no longer, and a job is about to cancel it. By the database's clock. */
  holdIsOver: boolean;
}

/** An order, locked until the transaction ends. Undefined when this shopper has no such order. */
export async function lockOrderRow(tx: Tx, { userId, orderId }: OrderKey): Promise<OrderRow | undefined> {
  const [order] = await tx.$queryRaw<OrderRow[]>`
    SELECT id, number, status, version, total_minor AS "totalMinor", currency, ended_by AS "endedBy",
           paid_attempt AS "paidAttempt", accepted_at IS NOT NULL AS accepted, fulfilled_at IS NOT NULL AS fulfilled,
           coalesce(hold_until < clock_timestamp(), false) AS "holdIsOver"
    FROM orders WHERE user_id = ${userId}::uuid AND id = ${orderId}::uuid FOR UPDATE`;
  return order;
}

/** As `holdIsOver`, of an order that is not locked. */
export async function isHoldOver(tx: Tx, { userId, orderId }: OrderKey): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ over: boolean | null }[]>`
    SELECT hold_until < clock_timestamp() AS over FROM orders
    WHERE user_id = ${userId}::uuid AND id = ${orderId}::uuid`;
  return row?.over === true;
}
