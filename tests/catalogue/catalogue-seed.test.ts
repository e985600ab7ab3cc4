import { expect, test } from 'vitest';
import { categories } from '#prisma/catalogue/rows.ts';
import { seed } from '#prisma/seed.ts';
import { openTestDatabase } from '#tests/support/services/database.ts';

const { client, connectionString } = await openTestDatabase();

async function seeded(products?: number, overwrite = false) {
  const said: string[] = [];
  const log = (line: string) => said.push(line);
  const result = await seed({ connectionString, products, overwrite, log });
  return { ...result, said };
}

/** Everything that is for sale, with the transaction that last wrote each row. */
async function catalogue(): Promise<unknown[]> {
  const tables: unknown[] = [];
  for (const table of ['category', 'product', 'variant', 'stock']) {
    tables.push((await client.query(`SELECT xmin, * FROM ${table} ORDER BY 2`)).rows);
  }
  return tables;
}

async function availableOf(sku: string): Promise<number> {
  const { rows } = await client.query('SELECT available FROM stock WHERE sku = $1', [sku]);
  return rows[0].available;
}

test('the first seed fills an empty shop and says so in one line', async () => {
  const { products, variants, written, said } = await seeded();
  expect(written).toBe(categories.length + products + 2 * variants);
  expect(said).toEqual([expect.stringMatching(/^Seeded 38 products in 6 categories, 87 variants; 218 rows/)]);
});

test('seeding again writes no row', async () => {
  const before = await catalogue();
  const { written, said } = await seeded();
  expect(written).toBe(0);
  expect(said).toEqual([expect.stringContaining('in place')]);
  expect(await catalogue()).toEqual(before);
});

// What broke: every seed silently overwrote an owner's titles, texts and prices.
test('seeding again keeps the titles, texts, prices and stock that an owner changed, and says so', async () => {
  await client.query("UPDATE stock SET available = 3 WHERE sku = 'MUG-CHALK-350'");
  await client.query("UPDATE variant SET price_minor = 1 WHERE sku = 'MUG-CHALK-350'");
  await client.query("UPDATE product SET title = 'Mug', description = 'Ours' WHERE slug = 'stoneware-mug'");
  await client.query("UPDATE category SET title = 'Cooking' WHERE slug = 'kitchen'");
  const edited = await catalogue();
  const { written, kept, said } = await seeded();
  expect([written, kept]).toEqual([0, 3]);
  expect(said).toEqual([expect.stringContaining('3 rows differ from the files and were kept')]);
  expect(await catalogue()).toEqual(edited);
});

test('seeding again adds what the shop lacks, and changes nothing else', async () => {
  await client.query("DELETE FROM stock WHERE sku = 'MUG-CHALK-350'");
  await client.query("DELETE FROM variant WHERE sku = 'MUG-CHALK-350'");
  const { written, kept, said } = await seeded();
  expect([written, kept]).toEqual([2, 2]);
  expect(said).toEqual([expect.stringMatching(/2 rows written; 2 rows differ/)]);
  expect(await availableOf('MUG-CHALK-350')).toBe(120);
});

test('a seed with overwrite restores texts and prices, and keeps sold units sold', async () => {
  await client.query("UPDATE stock SET available = available - 7 WHERE sku = 'MUG-CHALK-350'");
  await client.query("UPDATE variant SET price_minor = 1 WHERE sku = 'MUG-CHALK-350'");
  const { written, kept } = await seeded(undefined, true);
  expect([written, kept]).toEqual([3, 0]);
  expect(await availableOf('MUG-CHALK-350')).toBe(113);
  const { rows } = await client.query(
    `SELECT product.title, price_minor FROM product JOIN variant ON variant.product_id = product.id
     WHERE sku = 'MUG-CHALK-350'`,
  );
  expect(rows).toEqual([{ title: 'Stoneware Mug', price_minor: 2_800 }]);
});

test('two seeds at the same time make one catalogue', async () => {
  await client.query('TRUNCATE category, product, variant, stock');
  const [{ variants }] = await Promise.all([seeded(300), seeded(300), seeded()]);
  const { rows } = await client.query(
    `SELECT (SELECT count(*)::int FROM product) AS products, (SELECT count(*)::int FROM stock) AS stock,
            (SELECT count(*)::int FROM variant) AS variants`,
  );
  expect(rows).toEqual([{ products: 300, stock: variants, variants }]);
});

test('a seed that fails writes nothing', async () => {
  await client.query('TRUNCATE category, product, variant, stock');
  await client.query('ALTER TABLE stock ADD CONSTRAINT refuse CHECK (available < 10)');
  await expect(seeded()).rejects.toThrow('refuse');
  await client.query('ALTER TABLE stock DROP CONSTRAINT refuse');
  expect(await catalogue()).toEqual([[], [], [], []]);
});

test('a large catalogue is the same on every machine, and grows without changing existing rows', async () => {
  await seeded(500);
  const before = await catalogue();
  const { products, written } = await seeded(5_000);
  expect(products).toBe(5_000);
  expect(written).toBeGreaterThan(15_000);
  const { rows } = await client.query('SELECT xmin, * FROM product WHERE position <= 500 ORDER BY 2');
  expect(rows).toEqual(before[1]);
  const names = await client.query(
    'SELECT count(DISTINCT slug)::int AS slugs, count(DISTINCT title)::int AS titles FROM product',
  );
  expect(names.rows).toEqual([{ slugs: 5_000, titles: 5_000 }]);
});
