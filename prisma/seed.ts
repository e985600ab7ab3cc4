import { parseArgs } from 'node:util';
import type pg from 'pg';
import { openClient } from '#lib/platform/database/db-session.ts';
import { generateProducts } from '#prisma/catalogue/generate-products.ts';
import { categories, curatedProducts, type ProductRow } from '#prisma/catalogue/rows.ts';
import { migrate } from '#prisma/migrate.ts';
import { Advice, orUsage, usageOf, wordsFor } from '#scripts/advice.ts';

/** Rows per statement: about a megabyte of text. */
const batchSize = 1_000;
const maxProducts = 100_000;

export interface Seed {
  connectionString: string;
  /** The minimum number of products. Without it, only the curated catalogue. */
  products?: number | undefined;
  /** Resets texts and prices to those in the files. */
  overwrite?: boolean;
  log: (line: string) => void;
}

export interface SeedResult {
  products: number;
  variants: number;
  /** Rows that were written: new ones and, with `overwrite`, those that differed. */
  written: number;
  /** Rows that differ from the files and were kept as the owner changed them. */
  kept: number;
}

/**
 * Adds the missing parts of the catalogue to the database, in one transaction. It can run any number of
 * times. Existing texts, prices and stock stay as the owner changed them. `overwrite` resets texts and prices
 * to those in the files. It never changes stock, so what shoppers have bought stays sold.
 */
export async function seed({
  connectionString,
  products = 0,
  overwrite = false,
  log,
}: Seed): Promise<SeedResult> {
  const startedAt = performance.now();
  const curated = curatedProducts();
  const all = [...curated, ...generateProducts(curated, Math.max(0, products - curated.length))];
  const client = await openClient({ connectionString, application_name: 'once-seed' });
  try {
    await client.query('BEGIN');
    const result = await writeCatalogue(client, all, overwrite);
    await client.query('COMMIT');
    // The planner gets statistics of a big catalogue now instead of a minute later.
    if (result.written > 0) await client.query('ANALYZE category, product, variant, stock');
    const took = ((performance.now() - startedAt) / 1_000).toFixed(1);
    log(`${summary(result)} (${took} s)`);
    return result;
  } finally {
    // If the transaction is still open, closing the connection rolls it back.
    await client.end();
  }
}

function summary({ products, variants, written, kept }: SeedResult): string {
  const size = `${products} products in ${categories.length} categories, ${variants} variants`;
  const done =
    written === 0 ? `The catalogue is in place: ${size}` : `Seeded ${size}; ${written} rows written`;
  return kept === 0
    ? done
    : `${done}; ${kept} rows differ from the files and were kept (npm run seed -- --overwrite resets texts and prices)`;
}

async function writeCatalogue(
  client: pg.Client,
  products: ProductRow[],
  overwrite: boolean,
): Promise<SeedResult> {
  const result: SeedResult = { products: products.length, variants: 0, written: 0, kept: 0 };
  const write = async (table: SeedTable, rows: unknown[]) => {
    const parameters = [JSON.stringify(rows)];
    const { rowCount } = await client.query(insertOf(table, overwrite), parameters);
    result.written += rowCount ?? 0;
    const differing = await client.query(countDiffering(table), parameters);
    result.kept += differing.rows[0].count;
  };
  await write(
    categoryTable,
    categories.map(({ slug, title, description }, position) => ({ slug, title, description, position })),
  );
  for (let start = 0; start < products.length; start += batchSize) {
    const batch = products.slice(start, start + batchSize);
    const variants = batch.flatMap(({ id, variants }) =>
      variants.map((variant, position) => ({ ...variant, productId: id, position })),
    );
    await write(productTable, batch);
    await write(variantTable, variants);
    await write(stockTable, variants);
    result.variants += variants.length;
  }
  return result;
}

interface SeedTable {
  name: string;
  key: string;
  /**
   * The columns that the files define, without the key. For stock there are none, because orders reduce it.
   */
  columns: string[];
  /** Every inserted column, from the JSON in $1. */
  select: string;
}

const categoryTable: SeedTable = {
  name: 'category',
  key: 'slug',
  columns: ['title', 'description', 'position'],
  select: `SELECT slug, title, description, position
    FROM json_to_recordset($1) AS t (slug text, title text, description text, position int)`,
};

const productTable: SeedTable = {
  name: 'product',
  key: 'id',
  columns: [
    'slug',
    'title',
    'description',
    'details',
    'category_slug',
    'image',
    'option_name',
    'position',
    'created_at',
  ],
  select: `SELECT id, slug, title, description, details, category AS category_slug, image,
      coalesce(option, '') AS option_name, position, ("addedOn"::timestamp AT TIME ZONE 'UTC')::timestamptz(3) AS created_at
    FROM json_to_recordset($1) AS t (id uuid, slug text, title text, description text, details text[],
      category text, image text, option text, position int, "addedOn" text)`,
};

const variantTable: SeedTable = {
  name: 'variant',
  key: 'sku',
  columns: ['product_id', 'title', 'price_minor', 'currency', 'position', 'image', 'swatch'],
  select: `SELECT sku, "productId" AS product_id, title, "priceMinor" AS price_minor,
      (SELECT currency FROM shop) AS currency, position, image, swatch
    FROM json_to_recordset($1) AS t (sku text, "productId" uuid, title text, "priceMinor" int, position int,
      image text, swatch text)`,
};

const stockTable: SeedTable = {
  name: 'stock',
  key: 'sku',
  columns: [],
  select: 'SELECT sku, stock AS available FROM json_to_recordset($1) AS t (sku text, stock int)',
};

const listOf = (columns: string[], row: string) =>
  `(${columns.map((column) => `${row}.${column}`).join(', ')})`;

function insertOf({ name, key, columns, select }: SeedTable, overwrite: boolean): string {
  const inserted = columns.length > 0 ? [key, ...columns] : [key, 'available'];
  const onConflict =
    overwrite && columns.length > 0
      ? `DO UPDATE SET ${columns.map((column) => `${column} = EXCLUDED.${column}`).join(', ')}
         WHERE ${listOf(columns, 'old')} IS DISTINCT FROM ${listOf(columns, 'EXCLUDED')}`
      : 'DO NOTHING';
  return `INSERT INTO ${name} AS old (${inserted.join(', ')})
    SELECT ${inserted.join(', ')} FROM (${select}) AS row ON CONFLICT (${key}) ${onConflict}`;
}

function countDiffering({ name, key, columns, select }: SeedTable): string {
  if (columns.length === 0) return 'SELECT 0 AS count FROM (SELECT $1::json) AS row';
  return `SELECT count(*)::int FROM (${select}) AS row JOIN ${name} AS old USING (${key})
    WHERE ${listOf(columns, 'old')} IS DISTINCT FROM ${listOf(columns, 'row')}`;
}

async function main(): Promise<void> {
  const options = { products: { type: 'string' }, overwrite: { type: 'boolean' } } as const;
  const { values } = orUsage(usageOf(import.meta.filename), () => parseArgs({ options }));
  const products = values.products === undefined ? undefined : Number(values.products);
  if (products !== undefined && !(Number.isInteger(products) && products >= 0 && products <= maxProducts)) {
    throw new Advice(`--products must be a whole number up to ${maxProducts}, not "${values.products}"`);
  }
  const connectionString = process.env.DATABASE_URL;
  if (!connectionString) {
    throw new Advice('DATABASE_URL is missing: type  npm run seed  to use the embedded database');
  }
  await migrate(connectionString, console.log);
  await seed({ connectionString, products, overwrite: values.overwrite ?? false, log: console.log });
}

if (import.meta.main) {
  await main().catch((error: unknown) => {
    console.error(wordsFor(error));
    process.exitCode = 1;
  });
}
