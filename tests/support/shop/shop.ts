import type { Prisma } from '#lib/generated/prisma/client.ts';
import { db } from '#lib/platform/database/db.ts';

/** Adds a product for the order tests. Each test uses its own sku, so that no test takes another's stock. */
export async function addProduct(
  sku: string,
  { available = 1_000_000, priceMinor = 1_250 } = {},
): Promise<string> {
  const id = crypto.randomUUID();
  await db().$transaction([
    db().$executeRaw`
      INSERT INTO category (slug, title, description, position) VALUES ('test', 'Test', 'For tests', 99)
      ON CONFLICT DO NOTHING`,
    db().$executeRaw`
      INSERT INTO product (id, slug, title, description, details, category_slug, image, position)
      VALUES (${id}::uuid, ${sku.toLowerCase()}, ${`Product ${sku}`}, 'A test product', '{}', 'test', '/products/none.svg', 1)`,
    db().$executeRaw`
      INSERT INTO variant (sku, product_id, title, price_minor, currency, position)
      VALUES (${sku}, ${id}::uuid, '', ${priceMinor}::int, 'USD', 1)`,
    db().$executeRaw`INSERT INTO stock (sku, available) VALUES (${sku}, ${available}::int)`,
  ]);
  return sku;
}

export async function availableOf(sku: string): Promise<number> {
  const { available } = await db().stock.findUniqueOrThrow({ where: { sku } });
  return available;
}

/** How many orders contain this sku, and the total quantity. */
export async function soldOf(sku: string): Promise<{ orders: number; quantity: number }> {
  const [row] = await db().$queryRaw<{ orders: number; quantity: number }[]>`
    SELECT count(*)::int AS orders, coalesce(sum(quantity), 0)::int AS quantity FROM order_line WHERE sku = ${sku}`;
  return row ?? { orders: 0, quantity: 0 };
}

/** As a superuser may, or a restore of the data alone. */
export const withoutTriggers = (table: 'stock' | 'stock_movement', statement: Prisma.Sql) =>
  db().$transaction([
    db().$executeRawUnsafe(`ALTER TABLE ${table} DISABLE TRIGGER USER`),
    db().$executeRaw(statement),
    db().$executeRawUnsafe(`ALTER TABLE ${table} ENABLE TRIGGER USER`),
  ]);
