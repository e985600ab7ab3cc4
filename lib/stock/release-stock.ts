import type { Tx } from '#lib/platform/database/db.ts';

/**
 * Releases the stock that an order holds. Call it once per order, in the transaction that ends the order.
 * Locks in sku order, as the order writer does, so the two never deadlock.
 */
export async function releaseStock(
  tx: Tx,
  { userId, orderId }: { userId: string; orderId: string },
): Promise<void> {
  const lines = await tx.$queryRaw<{ sku: string; quantity: number }[]>`
    SELECT sku, quantity FROM order_line
    WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid ORDER BY sku`;
  const skus = lines.map(({ sku }) => sku);
  await tx.$queryRaw`SELECT 1 FROM stock WHERE sku = ANY(${skus}::text[]) ORDER BY sku FOR UPDATE`;
  await tx.$executeRaw`
    UPDATE stock SET available = available + back.quantity
    FROM unnest(${skus}::text[], ${lines.map(({ quantity }) => quantity)}::int[]) AS back (sku, quantity)
    WHERE stock.sku = back.sku`;
}
