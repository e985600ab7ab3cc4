import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { openDatabaseBefore } from '#tests/support/faults/earlier-database.ts';

/** What 0020_stock_ledger makes of the stock from before it, and of processes of that release. */

const { client, migrate, close } = await openDatabaseBefore('0020_stock_ledger');
afterAll(close);

async function addStock(stock: Record<string, number>): Promise<void> {
  const productId = randomUUID();
  await client.query(`INSERT INTO category (slug, title, description, position) VALUES ('c', 'C', '', 1)`);
  await client.query(
    `INSERT INTO product (id, slug, title, description, details, category_slug, image, position)
     VALUES ($1, 'p', 'P', '', '{}', 'c', '/p.svg', 1)`,
    [productId],
  );
  for (const [sku, available] of Object.entries(stock)) {
    await client.query(
      `INSERT INTO variant (sku, product_id, title, price_minor, currency, position) VALUES ($1, $2, $1, 100, 'USD', 1)`,
      [sku, productId],
    );
    await client.query('INSERT INTO stock (sku, available) VALUES ($1, $2)', [sku, available]);
  }
}

/** The stock of each item, and the sum of the ledger. */
async function sums(): Promise<Record<string, [number, number]>> {
  const { rows } = await client.query(
    `SELECT sku, available, (
       SELECT coalesce(sum(delta), 0)::int FROM stock_movement WHERE stock_movement.sku = stock.sku) AS ledger
     FROM stock`,
  );
  return Object.fromEntries(rows.map(({ sku, available, ledger }) => [sku, [available, ledger]]));
}

test('the ledger begins with the stock as it is', async () => {
  await addStock({ LAMP: 5, MUG: 7, 'SOLD-OUT': 0 });
  await migrate();
  expect(await sums()).toEqual({ LAMP: [5, 5], MUG: [7, 7], 'SOLD-OUT': [0, 0] });
});

test('afterwards a process of the earlier release still takes and returns stock', async () => {
  await client.query(
    `UPDATE stock SET available = available - taken.quantity
     FROM unnest('{LAMP,MUG}'::text[], '{2,1}'::int[]) AS taken (sku, quantity) WHERE stock.sku = taken.sku`,
  );
  expect(await sums()).toEqual({ LAMP: [3, 3], MUG: [6, 6], 'SOLD-OUT': [0, 0] });
});
