import type { Tx } from '#lib/platform/database/db.ts';
import { giveBackRemoved, lockStock, moveStock, type OrderKey, readLines } from '#lib/stock/move-stock.ts';

/** Releases the stock that an order held. Call it once per end, in its transaction, after the order's event. */
export async function releaseStock(tx: Tx, key: OrderKey): Promise<void> {
  const lines = await readLines(tx, key);
  const sold = new Set((await lockStock(tx, lines)).map(({ sku }) => sku));
  const [kept, removed] = [
    lines.filter(({ sku }) => sold.has(sku)),
    lines.filter(({ sku }) => !sold.has(sku)),
  ];
  if (kept.length > 0) await moveStock(tx, key, { lines: kept, reason: 'cancellation' });
  if (removed.length > 0) await giveBackRemoved(tx, key, removed);
}
