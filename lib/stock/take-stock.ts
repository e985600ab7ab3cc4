import type { Tx } from '#lib/platform/database/db.ts';

/**
 * Takes an order's quantities from stock again, all or none. Returns false if an item is out of stock.
 * Locks in sku order, as the order writer does, so the two never deadlock.
 */
export async function takeStock(
  tx: Tx,
  { userId, orderId }: { userId: string; orderId: string },
): Promise<boolean> {
  const lines = await tx.$queryRaw<{ sku: string; quantity: number }[]>`
    SELECT sku, quantity FROM order_line
    WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid ORDER BY sku`;
  const skus = lines.map(({ sku }) => sku);
  const shelf = await tx.$queryRaw<{ sku: string; available: number }[]>`
    SELECT sku, available FROM stock WHERE sku = ANY(${skus}::text[]) ORDER BY sku FOR UPDATE`;
  const available = new Map(shelf.map((row) => [row.sku, row.available]));
  if (lines.some(({ sku, quantity }) => (available.get(sku) ?? 0) < quantity)) return false;
  await tx.$executeRaw`
    UPDATE stock SET available = available - taken.quantity
    FROM unnest(${skus}::text[], ${lines.map(({ quantity }) => quantity)}::int[]) AS taken (sku, quantity)
    WHERE stock.sku = taken.sku`;
  return true;
}
