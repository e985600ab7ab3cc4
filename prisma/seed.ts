import { parseArgs } from 'node:util';
import type pg from 'pg';
import { openClient } from '#lib/db-session.ts';
import { storeCurrency } from '#lib/money.ts';
import { generateProducts } from '#prisma/catalogue/generate-products.ts';
import { categories, curatedProducts, type ProductRow } from '#prisma/catalogue/rows.ts';

/** Rows that travel in one statement: about a megabyte of text. */
const batchSize = 1_000;
const maxProducts = 100_000;

export interface Seed {
  connectionString: string;
  /** How many products the shop shall have at least; the catalogue we chose without it. */
  products?: number | undefined;
  log: (line: string) => void;
}

export interface SeedResult {
  products: number;
  variants: number;
  /** Rows that were new or differed. 0 when the catalogue was in place already. */
  written: number;
}

/**
 * Puts the catalogue into the database, in one transaction, as often as one likes: texts and
 * prices are made to agree with the files, and stock is set only where there is none yet, so
 * what shoppers have bought stays bought.
 */
export async function seed({ connectionString, products = 0, log }: Seed): Promise<SeedResult> {
  const startedAt = performance.now();
  const curated = curatedProducts();
  const all = [...curated, ...generateProducts(curated, Math.max(0, products - curated.length))];
  const client = await openClient({ connectionString, application_name: 'once-seed' });
  try {
    await client.query('BEGIN');
    const result = await writeCatalogue(client, all);
    await client.query('COMMIT');
    // The planner learns of a big catalogue now rather than in a minute.
    if (result.written > 0) await client.query('ANALYZE category, product, variant, stock');
    const took = ((performance.now() - startedAt) / 1_000).toFixed(1);
    log(`${summary(result)} (${took} s)`);
    return result;
  } finally {
    // Closing an open transaction takes it back.
    await client.end();
  }
}

function summary({ products, variants, written }: SeedResult): string {
  const size = `${products} products in ${categories.length} categories, ${variants} variants`;
  return written === 0 ? `The catalogue is in place: ${size}` : `Seeded ${size}; ${written} rows written`;
}

async function writeCatalogue(client: pg.Client, products: ProductRow[]): Promise<SeedResult> {
  const write = async (sql: string, rows: unknown[]) =>
    (await client.query(sql, [JSON.stringify(rows)])).rowCount ?? 0;
  let written = await write(
    writeCategories,
    categories.map(({ slug, title, description }, position) => ({ slug, title, description, position })),
  );
  let variantCount = 0;
  for (let start = 0; start < products.length; start += batchSize) {
    const batch = products.slice(start, start + batchSize);
    const variants = batch.flatMap(({ id, variants }) =>
      variants.map((variant, position) => ({ ...variant, productId: id, position })),
    );
    written += await write(writeProducts, batch);
    written += await write(writeVariants, variants);
    written += await write(writeStock, variants);
    variantCount += variants.length;
  }
  return { products: products.length, variants: variantCount, written };
}

const writeCategories = `
  INSERT INTO category AS old (slug, title, description, position)
  SELECT slug, title, description, position
  FROM json_to_recordset($1) AS t (slug text, title text, description text, position int)
  ON CONFLICT (slug) DO UPDATE
    SET title = EXCLUDED.title, description = EXCLUDED.description, position = EXCLUDED.position
  WHERE (old.title, old.description, old.position)
    IS DISTINCT FROM (EXCLUDED.title, EXCLUDED.description, EXCLUDED.position)`;

const writeProducts = `
  INSERT INTO product AS old (id, slug, title, description, details, category_slug, image, position, created_at)
  SELECT id, slug, title, description, details, category, image, position, "addedOn"::timestamp AT TIME ZONE 'UTC'
  FROM json_to_recordset($1) AS t (id uuid, slug text, title text, description text, details text[],
    category text, image text, position int, "addedOn" text)
  ON CONFLICT (id) DO UPDATE
    SET title = EXCLUDED.title, description = EXCLUDED.description, details = EXCLUDED.details,
        category_slug = EXCLUDED.category_slug, image = EXCLUDED.image, position = EXCLUDED.position,
        created_at = EXCLUDED.created_at
  WHERE (old.title, old.description, old.details, old.category_slug, old.image, old.position, old.created_at)
    IS DISTINCT FROM (EXCLUDED.title, EXCLUDED.description, EXCLUDED.details, EXCLUDED.category_slug,
                      EXCLUDED.image, EXCLUDED.position, EXCLUDED.created_at)`;

const writeVariants = `
  INSERT INTO variant AS old (sku, product_id, title, price_minor, currency, position)
  SELECT sku, "productId", title, "priceMinor", '${storeCurrency}', position
  FROM json_to_recordset($1) AS t (sku text, "productId" uuid, title text, "priceMinor" int, position int)
  ON CONFLICT (sku) DO UPDATE
    SET product_id = EXCLUDED.product_id, title = EXCLUDED.title, price_minor = EXCLUDED.price_minor,
        currency = EXCLUDED.currency, position = EXCLUDED.position
  WHERE (old.product_id, old.title, old.price_minor, old.currency, old.position)
    IS DISTINCT FROM (EXCLUDED.product_id, EXCLUDED.title, EXCLUDED.price_minor, EXCLUDED.currency,
                      EXCLUDED.position)`;

const writeStock = `
  INSERT INTO stock (sku, available)
  SELECT sku, stock FROM json_to_recordset($1) AS t (sku text, stock int)
  ON CONFLICT (sku) DO NOTHING`;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { products: { type: 'string' } } });
  const products = values.products === undefined ? undefined : Number(values.products);
  if (products !== undefined && !(Number.isInteger(products) && products >= 0 && products <= maxProducts)) {
    throw new Error(`--products must be a whole number up to ${maxProducts}, not "${values.products}"`);
  }
  const connectionString = process.env.DATABASE_URL;
  if (!connectionString) {
    throw new Error('DATABASE_URL is missing: type  npm run seed  to use the embedded database');
  }
  await seed({ connectionString, products, log: console.log });
}

if (import.meta.main) {
  await main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
