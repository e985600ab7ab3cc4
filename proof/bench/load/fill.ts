import type { Client } from 'pg';

/** Orders per batch. */
const batchSize = 100_000;

/** Run one after the other for the ids of one batch. The rows are the same as the shop's own. */
const statements = [
  `INSERT INTO cart (user_id, id, version, status, currency, created_at, updated_at)
   SELECT user_id, cart_id, 2, 'ordered', 'USD', at, at FROM filling`,
  `INSERT INTO cart_line (user_id, cart_id, sku, quantity) SELECT user_id, cart_id, sku, 1 FROM filling`,
  `INSERT INTO orders (user_id, id, number, cart_id, submit_token, body_hash, lines_hash, status, currency,
     version, subtotal_minor, shipping_minor, tax_minor, discount_minor, total_minor, email, shipping_method, shipping_address,
     placed_at, accepted_at, fulfilled_at)
   SELECT user_id, id, 'FILL-' || n, cart_id, gen_random_uuid(), encode(sha256(n::text::bytea), 'hex'),
     encode(sha256(sku::bytea), 'hex'), 'fulfilled', 'USD', 2, 2500, 499, 200, 0, 3199, 'ada@example.com', 'standard',
     '{"name":"Ada Lovelace","line1":"12 St James’s Square","line2":null,"city":"Springfield","region":"IL","postalCode":"62701","country":"US"}',
     at, at, at FROM filling`,
  `INSERT INTO order_line (user_id, order_id, sku, title, quantity, unit_price_minor)
   SELECT user_id, id, sku, sku, 1, 2500 FROM filling`,
  `INSERT INTO payment (user_id, order_id, attempt, method, status, amount_minor, currency, idempotency_key, created_at)
   SELECT user_id, id, 1, 'invoice', 'due', 3199, 'USD', 'order:' || id || ':1', at FROM filling`,
  `INSERT INTO order_event (user_id, order_id, version, from_status, to_status, actor, actor_kind, reason, at)
   SELECT user_id, id, 1, NULL, 'placed', 'shopper', 'shopper', 'submitted the checkout', at FROM filling
   UNION ALL SELECT user_id, id, 2, 'placed', 'fulfilled', 'operator:bench', 'operator', 'sent', at FROM filling`,
];

/** Adds `count` shoppers with one order each, from last year, spread over these skus. */
export async function fillWithOrders(
  client: Client,
  skus: string[],
  count: number,
  say: (line: string) => void,
): Promise<void> {
  for (let from = 1; from <= count; from += batchSize) {
    const to = Math.min(count, from + batchSize - 1);
    await client.query('BEGIN');
    await client.query(
      `CREATE TEMP TABLE filling ON COMMIT DROP AS
       SELECT n, gen_random_uuid() AS user_id, gen_random_uuid() AS id, gen_random_uuid() AS cart_id,
              ($3::text[])[1 + n % array_length($3::text[], 1)] AS sku,
              now() - interval '1 year' * random() - interval '1 day' AS at
       FROM generate_series($1::int, $2::int) AS n`,
      [from, to, skus],
    );
    for (const statement of statements) await client.query(statement);
    await client.query('COMMIT');
    say(`${to.toLocaleString('en')} old orders in the tables`);
  }
  await client.query('VACUUM ANALYZE cart, cart_line, orders, order_line, payment, order_event');
}
