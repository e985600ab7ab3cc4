import { beforeEach, expect, test } from 'vitest';
import { readChangedTags, recentlyChangedTags } from '#lib/catalogue/changed-tags.ts';
import { Prisma } from '#lib/generated/prisma/client.ts';
import { db } from '#lib/platform/database/db.ts';
import { openClient } from '#lib/platform/database/db-session.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { shopperWith } from '#proof/harness/shopper/shopper.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

/** Which changes in the database name pages to render again, and how a process reads them. */

const { databaseUrl } = await openTestShop();
const sku = await addProduct('LAMP', { available: 3 });
const run = (statement: string) => db().$executeRaw(Prisma.raw(statement));

async function noted(): Promise<string[]> {
  const rows = await db().catalogueChange.findMany({ orderBy: { tag: 'asc' } });
  return rows.map(({ tag }) => tag);
}

async function sell(quantity: number): Promise<void> {
  const shopper = await shopperWith(callHandlers, sku, quantity);
  expect((await shopper.order(await shopper.body())).status).toBe(201);
}

beforeEach(async () => {
  await db().catalogueChange.deleteMany();
});

test('a sale notes its product when it takes the last unit, and nothing before', async () => {
  await sell(1);
  expect(await noted()).toEqual([]);
  await sell(2);
  expect(await noted()).toEqual(['product:lamp']);
});

test('units that are back in stock note their product once', async () => {
  await run(`UPDATE stock SET available = 0 WHERE sku = '${sku}'`);
  await db().catalogueChange.deleteMany();
  await run(`UPDATE stock SET available = 5 WHERE sku = '${sku}'`);
  await run(`UPDATE stock SET available = 9 WHERE sku = '${sku}'`);
  expect(await noted()).toEqual(['product:lamp']);
});

const seen = ['category:test', 'product:lamp'];
test.each([
  ['a price', `UPDATE variant SET price_minor = price_minor + 1 WHERE sku = 'LAMP'`, seen],
  ['a title', `UPDATE product SET title = 'Lantern' WHERE slug = 'lamp'`, seen],
  ['an address', `UPDATE product SET slug = 'lantern' WHERE slug = 'lamp'`, [...seen, 'product:lantern']],
  [
    'the address again',
    `UPDATE product SET slug = 'lamp' WHERE slug = 'lantern'`,
    [...seen, 'product:lantern'],
  ],
  ['nothing', `UPDATE product SET title = title`, []],
  ['no price', `UPDATE variant SET price_minor = price_minor`, []],
  ['no stock', `DELETE FROM stock WHERE sku = 'NONE'`, []],
  ['no category', `DELETE FROM category WHERE slug = 'none'`, []],
  [
    'no category, because it is there',
    `INSERT INTO category VALUES ('test', '', '', 1) ON CONFLICT DO NOTHING`,
    [],
  ],
  ['a menu entry', `UPDATE category SET title = 'Lights' WHERE slug = 'test'`, ['catalogue']],
  ['no menu entry', `UPDATE category SET title = title`, []],
  ['the stock of a product, removed', `DELETE FROM stock WHERE sku = 'LAMP'`, ['product:lamp']],
  ['the stock of a product, added', `INSERT INTO stock VALUES ('LAMP', 4)`, ['product:lamp']],
])('a statement that changes %s notes the pages that show it', async (_what, statement, tags) => {
  await run(statement);
  expect(await noted()).toEqual(tags);
});

test('an import of many products notes all pages once, not each product', async () => {
  await run(`
    INSERT INTO product (id, slug, title, description, details, category_slug, image, position)
    SELECT gen_random_uuid(), 'import-' || n, 'Import', '', '{}', 'test', '/none.svg', n
    FROM generate_series(1, 300) AS n`);
  expect(await noted()).toEqual(['catalogue']);
});

test('an import with another search path changes the catalogue', async () => {
  const client = await openClient({ connectionString: databaseUrl });
  await client.query('SET search_path TO pg_catalog');
  await client.query(`UPDATE public.product SET title = 'Imported' WHERE slug = 'lamp'`);
  await client.end();
  expect(await noted()).toEqual(seen);
});

test('a process reads each change once, also one that commits after a later one', async () => {
  const client = await openClient({ connectionString: databaseUrl });
  const first = await readChangedTags();
  await client.query('BEGIN');
  await client.query(`UPDATE stock SET available = 0 WHERE sku = 'LAMP'`);
  await run(`UPDATE category SET title = 'Later' WHERE slug = 'test'`);
  const second = await readChangedTags(first.position);
  expect(second.tags).toEqual(['catalogue']);
  expect((await readChangedTags(second.position)).tags).toEqual([]);
  await client.query('COMMIT');
  await client.end();
  const third = await readChangedTags(second.position);
  expect(third.tags).toEqual(['product:lamp']);
  const fourth = await readChangedTags(third.position);
  expect(fourth.tags).toEqual([]);
});

test('a process that starts reads what has changed lately, and more than it can name as all pages', async () => {
  const insert = (count: number) =>
    run(`INSERT INTO catalogue_change (tag) SELECT 'product:' || n FROM generate_series(1, ${count}) AS n`);
  await run(
    `INSERT INTO catalogue_change (tag, changed_at) VALUES ('product:old', now() - interval '1 day')`,
  );
  await insert(2);
  expect((await readChangedTags()).tags.toSorted()).toEqual(['product:1', 'product:2']);
  expect((await recentlyChangedTags(60)).toSorted()).toEqual(['product:1', 'product:2']);
  await insert(1_000);
  expect((await readChangedTags()).tags).toEqual(['catalogue']);
  expect(await recentlyChangedTags(60)).toEqual(['catalogue']);
});
