import type { Tx } from '#lib/platform/database/db.ts';

/** An order whose units move. The caller has locked the order's row. */
export interface OrderKey {
  userId: string;
  orderId: string;
}

interface Line {
  sku: string;
  quantity: number;
}

/** Its lines, in sku order. */
export function readLines(tx: Tx, { userId, orderId }: OrderKey): Promise<Line[]> {
  return tx.$queryRaw<Line[]>`
    SELECT sku, quantity FROM order_line
    WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid ORDER BY sku`;
}

/** The stock of these lines. Locks it in sku order, as the order writer does, so the two never deadlock. */
export function lockStock(tx: Tx, lines: readonly Line[]) {
  return tx.$queryRaw<{ sku: string; available: number }[]>`
    SELECT sku, available FROM stock WHERE sku = ANY(${lines.map(({ sku }) => sku)}::text[]) ORDER BY sku FOR UPDATE`;
}

/**
 * Writes the movements of an order that takes its units (`order`) or gives them back (`cancellation`). A trigger
 * adds them to the stock. Items that the shop no longer has are left out. Lock the stock first, and give back only
 * after the event that ends the order is written.
 *
 * The turn follows from how often the order has ended: it takes in turn 1, gives back in 2 after its first end, and
 * takes in 3 if a late charge pays it after all. So the database refuses to give back twice for one end. Events, and
 * not the ledger, because processes of the release before write no movements.
 */
export async function moveStock(
  tx: Tx,
  { userId, orderId }: OrderKey,
  { lines, reason }: { lines: readonly Line[]; reason: 'order' | 'cancellation' },
): Promise<void> {
  const [sign, above] = reason === 'order' ? [-1, 1] : [1, 0];
  await tx.$executeRaw`
    INSERT INTO stock_movement (sku, id, turn, delta, reason, user_id, order_id)
    SELECT line.sku, ${orderId}::uuid, 2 * (
             SELECT count(*) FROM order_event
             WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid AND kind = 'status'
               AND to_status IN ('cancelled', 'refunded')
               AND (from_status IS NULL OR from_status NOT IN ('cancelled', 'refunded'))) + ${above}::int,
           ${sign}::int * line.quantity, ${reason}, ${userId}::uuid, ${orderId}::uuid
    FROM unnest(${lines.map(({ sku }) => sku)}::text[], ${lines.map(({ quantity }) => quantity)}::int[])
      AS line (sku, quantity)
    JOIN stock ON stock.sku = line.sku`;
}
