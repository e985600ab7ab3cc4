import type { Tx } from '#lib/platform/database/db.ts';
import { lockStock, moveStock, type OrderKey, readLines } from '#lib/stock/move-stock.ts';

/** Releases the stock that an order held. Call it once per end, in its transaction, after the order's event. */
export async function releaseStock(tx: Tx, key: OrderKey): Promise<void> {
  const lines = await readLines(tx, key);
  await lockStock(tx, lines);
  await moveStock(tx, key, { lines, reason: 'cancellation' });
}
