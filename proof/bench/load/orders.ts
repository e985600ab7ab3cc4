import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { submitTokenFor } from '#lib/checkout/submission/submit-token.ts';
import { sealSession, sessionCookie } from '#lib/platform/session/session.ts';
import { price } from '#lib/pricing/price.ts';
import { rulesQuery } from '#lib/pricing/read-rules.ts';
import type { PricingRules } from '#lib/pricing/rules.ts';
import { requestBytes } from '#proof/bench/load/request.ts';
import { orderBody } from '#proof/harness/shopper/shopper.ts';

/** A shopper with a filled cart, written straight to the database, and the request that orders it. */
export interface Order {
  userId: string;
  cartId: string;
  sku: string;
  /** `POST /api/orders`, ready to be sent any number of times. */
  request: Buffer;
}

const benchPriceMinor = 2_500;

/** More of each sku than can ever be sold, but few enough for a sum over a thousand skus. */
export const benchStock = 100_000_000;

/** Rows per statement: about a megabyte of text. */
const batchSize = 10_000;

/** The version of a cart that was created and then got its one line. */
const cartVersion = 2;

/**
 * Adds skus that only the bench sells: old products at the end of their own category. Resolves with
 * their names.
 */
export async function addBenchProducts(client: Client, skus: number): Promise<string[]> {
  const names = Array.from({ length: skus }, (_, index) => `BENCH-${String(index).padStart(4, '0')}`);
  await client.query(
    `INSERT INTO category (slug, title, description, position) VALUES ('bench', 'Bench', '', 999)`,
  );
  await client.query(
    `INSERT INTO product (id, slug, title, description, details, category_slug, image, position, created_at)
     SELECT gen_random_uuid(), lower(sku), sku, '', '{}', 'bench', (SELECT image FROM product LIMIT 1), 9999, '2000-01-01'
     FROM unnest($1::text[]) AS sku`,
    [names],
  );
  await client.query(
    `INSERT INTO variant (sku, product_id, title, price_minor, currency, position)
     SELECT title, id, '', $1, 'USD', 0 FROM product WHERE category_slug = 'bench'`,
    [benchPriceMinor],
  );
  await client.query(`INSERT INTO stock (sku, available) SELECT unnest($1::text[]), $2`, [names, benchStock]);
  return names;
}

/** `count` fresh shoppers with one line each, spread evenly over the skus. */
export async function prepareOrders(client: Client, skus: string[], count: number): Promise<Order[]> {
  const totalMinor = await totalOfOne(client);
  const orders = Array.from({ length: count }, (_, index) => {
    const [userId, cartId, sku] = [randomUUID(), randomUUID(), skus[index % skus.length] as string];
    return { userId, cartId, sku, request: orderRequest(userId, cartId, totalMinor) };
  });
  for (let at = 0; at < count; at += batchSize) await writeCarts(client, orders.slice(at, at + batchSize));
  await client.query('ANALYZE cart, cart_line');
  return orders;
}

async function writeCarts(client: Client, orders: Order[]): Promise<void> {
  await client.query(
    `WITH made AS (INSERT INTO cart (user_id, id, version, currency)
       SELECT user_id, id, $4, 'USD' FROM unnest($1::uuid[], $2::uuid[]) AS c (user_id, id))
     INSERT INTO cart_line (user_id, cart_id, sku, quantity)
     SELECT user_id, id, sku, 1 FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS c (user_id, id, sku)`,
    [
      orders.map(({ userId }) => userId),
      orders.map(({ cartId }) => cartId),
      orders.map(({ sku }) => sku),
      cartVersion,
    ],
  );
}

export function sessionHeader(userId: string): { cookie: string } {
  return { cookie: `${sessionCookie}=${sealSession(userId)}` };
}

/** The total of every order of the bench, by the rules of its shop. */
async function totalOfOne(client: Client): Promise<number> {
  const { rows } = await client.query<{ rules: string }>(rulesQuery.sql);
  const rules = JSON.parse(rows[0]?.rules ?? '') as PricingRules;
  const cart = { currency: 'USD', lines: [{ sku: '', quantity: 1, unitPriceMinor: benchPriceMinor }] };
  const priced = price(cart, { shippingMethod: 'standard', country: 'US' }, rules);
  if (!priced) throw new Error('the shop of the bench does not ship to the United States');
  return priced.totals.totalMinor;
}

function orderRequest(userId: string, cartId: string, totalMinor: number): Buffer {
  const submitToken = submitTokenFor({ userId, cartId, cartVersion, totalMinor, currency: 'USD' });
  const headers = { ...sessionHeader(userId), 'idempotency-key': submitToken };
  // Each shopper has an address of its own: a shared one would reach the limit on unpaid orders.
  const email = `${userId}@example.com`;
  const body = orderBody({ submitToken, cartId, cartVersion, totalMinor, currency: 'USD' }, { email });
  return requestBytes('POST', '/api/orders', headers, body);
}
