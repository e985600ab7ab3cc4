import type { Tx } from '#lib/platform/database/db.ts';
import { lockStock, moveStock, type OrderKey, readLines } from '#lib/stock/move-stock.ts';

/** Takes an ended order's quantities from stock again, all or none. Returns false if an item is out of stock. */
export async function takeStock(tx: Tx, key: OrderKey): Promise<boolean> {
  const lines = await readLines(tx, key);
  const available = new Map((await lockStock(tx, lines)).map((row) => [row.sku, row.available]));
  if (lines.some(({ sku, quantity }) => (available.get(sku) ?? 0) < quantity)) return false;
  await moveStock(tx, key, { lines, reason: 'order' });
  return true;
}
