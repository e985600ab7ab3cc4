import type { Harness } from '#proof/harness/harness.ts';

/**
 * What the shoppers of a run buy: separate products, so that no other client changes their
 * stock.
 */

const priceMinor = 1_250;

/** Adds these skus with that many units of stock each. */
export function addGoods({ withDatabase }: Harness, goods: ReadonlyMap<string, number>): Promise<void> {
  const skus = [...goods.keys()];
  return withDatabase(async (client) => {
    await client.query('BEGIN');
    await client.query(
      `INSERT INTO category (slug, title, description, position) VALUES ('prove', 'Prove', '', 999)
       ON CONFLICT DO NOTHING`,
    );
    await client.query(
      `INSERT INTO product (id, slug, title, description, details, category_slug, image, position)
       SELECT gen_random_uuid(), lower(sku), sku, '', '{}', 'prove', '/products/none.svg', 9999
       FROM unnest($1::text[]) AS sku`,
      [skus],
    );
    await client.query(
      `INSERT INTO variant (sku, product_id, title, price_minor, currency, position)
       SELECT title, id, '', $2, 'USD', 0 FROM product WHERE title = ANY($1::text[])`,
      [skus, priceMinor],
    );
    await client.query('INSERT INTO stock (sku, available) SELECT * FROM unnest($1::text[], $2::int[])', [
      skus,
      [...goods.values()],
    ]);
    await client.query('COMMIT');
  });
}
