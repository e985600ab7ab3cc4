import { Prisma } from '#lib/generated/prisma/client.ts';
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
 * adds them to the stock. Lock the stock first, move only items that the shop has, and give back only after the event
 * that ends the order is written.
 */
export async function moveStock(
  tx: Tx,
  key: OrderKey,
  { lines, reason }: { lines: readonly Line[]; reason: 'order' | 'cancellation' },
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO stock_movement (sku, id, turn, delta, reason, user_id, order_id) ${movementsOf(key, lines, reason)}`;
}

/**
 * Gives back units of items that the shop no longer has. The order's movement is written all the same, because the item
 * may return, and then the order would still hold its units in the books. A correction takes them out again, so that
 * the ledger of the item stays at zero, as its stock.
 */
export async function giveBackRemoved(tx: Tx, key: OrderKey, lines: readonly Line[]): Promise<void> {
  const { orderId } = key;
  // Both sums are right without the trigger, which refuses to move an item that has no stock.
  await tx.$executeRaw`SELECT set_config('once.keeping_books', '0', true)`;
  await tx.$executeRaw`
    INSERT INTO stock_movement (sku, id, turn, delta, reason, user_id, order_id)
    ${movementsOf(key, lines, 'cancellation')}`;
  await tx.$executeRaw`
    INSERT INTO stock_movement (sku, delta, reason, note)
    SELECT sku, -quantity, 'correction', ${`order ${orderId} ended when the shop no longer had the item`}
    FROM ${rowsOf(lines)}`;
  await tx.$executeRaw`SELECT set_config('once.keeping_books', '', true)`;
}

/**
 * The turn follows from how often the order has ended: it takes in turn 1, gives back in 2 after its first end, and
 * takes in 3 if a late charge pays it after all. So the database refuses to give back twice for one end. Events, and
 * not the ledger, because processes of the release before write no movements.
 */
function movementsOf(
  { userId, orderId }: OrderKey,
  lines: readonly Line[],
  reason: 'order' | 'cancellation',
): Prisma.Sql {
  const [sign, above] = reason === 'order' ? [-1, 1] : [1, 0];
  return Prisma.sql`
    SELECT line.sku, ${orderId}::uuid, 2 * (
             SELECT count(*) FROM order_event
             WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid AND kind = 'status'
               AND to_status IN ('cancelled', 'refunded')
               AND (from_status IS NULL OR from_status NOT IN ('cancelled', 'refunded'))) + ${above}::int,
           ${sign}::int * line.quantity, ${reason}, ${userId}::uuid, ${orderId}::uuid
    FROM ${rowsOf(lines)}`;
}

const rowsOf = (lines: readonly Line[]) => Prisma.sql`
  unnest(${lines.map(({ sku }) => sku)}::text[], ${lines.map(({ quantity }) => quantity)}::int[])
    AS line (sku, quantity)`;
