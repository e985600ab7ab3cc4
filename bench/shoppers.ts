import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import type { LoadRequest } from '#bench/load.ts';
import { quote } from '#lib/checkout/quote.ts';
import { submitTokenFor } from '#lib/orders/submit-token.ts';
import { sealSession, sessionCookie } from '#lib/session.ts';

/** Shoppers with a filled cart, written straight to the database, and the request that orders it. */

export const benchPriceMinor = 2_500;

/** Skus that only the bench sells, with more of each than it can ever sell. */
export async function addBenchProducts(client: Client, skus: number): Promise<string[]> {
  const names = Array.from({ length: skus }, (_, index) => `BENCH-${String(index).padStart(4, '0')}`);
  await client.query(
    `INSERT INTO category (slug, title, description, position) VALUES ('bench', 'Bench', '', 999) ON CONFLICT DO NOTHING`,
  );
  await client.query(
    `INSERT INTO product (id, slug, title, description, details, category_slug, image, position)
     SELECT gen_random_uuid(), lower(sku), sku, '', '{}', 'bench', '', 0 FROM unnest($1::text[]) AS sku ON CONFLICT DO NOTHING`,
    [names],
  );
  await client.query(
    `INSERT INTO variant (sku, product_id, title, price_minor, currency, position)
     SELECT title, id, '', $1, 'USD', 0 FROM product WHERE category_slug = 'bench' ON CONFLICT DO NOTHING`,
    [benchPriceMinor],
  );
  await client.query(
    `INSERT INTO stock (sku, available) SELECT unnest($1::text[]), 100000000
     ON CONFLICT (sku) DO UPDATE SET available = EXCLUDED.available`,
    [names],
  );
  return names;
}

/** `count` fresh shoppers with one line each, spread evenly over the skus, as ready requests. */
export async function prepareOrders(client: Client, skus: string[], count: number): Promise<LoadRequest[]> {
  const shoppers = Array.from({ length: count }, (_, index) => ({
    userId: randomUUID(),
    cartId: randomUUID(),
    sku: skus[index % skus.length] as string,
  }));
  for (let at = 0; at < count; at += 10_000) {
    const some = shoppers.slice(at, at + 10_000);
    const [users, carts, wanted] = [
      some.map((s) => s.userId),
      some.map((s) => s.cartId),
      some.map((s) => s.sku),
    ];
    await client.query(
      `WITH made AS (INSERT INTO cart (user_id, id, version, currency)
         SELECT user_id, id, 2, 'USD' FROM unnest($1::uuid[], $2::uuid[]) AS c (user_id, id))
       INSERT INTO cart_line (user_id, cart_id, sku, quantity)
       SELECT user_id, id, sku, 1 FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS c (user_id, id, sku)`,
      [users, carts, wanted],
    );
  }
  await client.query('ANALYZE cart, cart_line');
  return shoppers.map(({ userId, cartId, sku }) => orderRequest(userId, cartId, sku));
}

function orderRequest(userId: string, cartId: string, sku: string): LoadRequest {
  const { totalMinor } = quote([{ sku, quantity: 1, unitPriceMinor: benchPriceMinor }], 'standard', 'US');
  const checkout = { userId, cartId, cartVersion: 2, totalMinor, currency: 'USD' };
  const submitToken = submitTokenFor(checkout);
  return {
    method: 'POST',
    path: '/api/orders',
    headers: {
      'content-type': 'application/json',
      cookie: `${sessionCookie}=${sealSession(userId)}`,
      'idempotency-key': submitToken,
    },
    body: JSON.stringify({
      submitToken,
      cartId,
      cartVersion: 2,
      totalMinor,
      currency: 'USD',
      email: 'ada@example.com',
      shippingMethod: 'standard',
      shippingAddress: {
        name: 'Ada Lovelace',
        line1: '12 St James’s Square',
        line2: null,
        city: 'Springfield',
        region: 'IL',
        postalCode: '62701',
        country: 'US',
      },
      payment: { method: 'invoice' },
    }),
  };
}
