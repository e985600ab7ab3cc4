import type { Client } from 'pg';
import type { ChargeToPlant } from '#proof/simulator/dashboard/plant.ts';

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
  `INSERT INTO payment (user_id, order_id, attempt, method, status, amount_minor, currency, idempotency_key,
     provider_ref, token, captured_minor, created_at)
   SELECT user_id, id, 1, method, CASE method WHEN 'card' THEN 'succeeded' ELSE 'due' END, 3199, 'USD',
     'order:' || id || ':1', 'pi_fill' || n, 'pm_card_visa', CASE method WHEN 'card' THEN 3199 ELSE 0 END, at FROM filling`,
  `INSERT INTO order_event (user_id, order_id, version, from_status, to_status, actor, actor_kind, reason, at)
   SELECT user_id, id, 1, NULL, 'placed', 'shopper', 'shopper', 'submitted the checkout', at FROM filling
   UNION ALL SELECT user_id, id, 2, 'placed', 'fulfilled', 'operator:bench', 'operator', 'sent', at FROM filling`,
  `INSERT INTO stock_movement (sku, delta, reason, note) SELECT sku, count(*), 'import', 'sold below' FROM filling GROUP BY sku`,
  `INSERT INTO stock_movement (sku, id, turn, delta, reason, user_id, order_id, created_at)
   SELECT sku, id, 1, -1, 'order', user_id, id, at FROM filling`,
  `INSERT INTO mail (user_id, order_id, version, kind, recipient, subject, body, status, created_at)
   SELECT user_id, id, version, kind, 'ada@example.com', 'Your order', 'Thank you.', 'sent', at
   FROM filling, (VALUES (1, 'confirmation'), (2, 'fulfilled')) AS written (version, kind)
   WHERE at > now() - interval '90 days'`,
  `INSERT INTO order_number (number, user_id, order_id) SELECT 'FILL-' || n, user_id, id FROM filling`,
];

/**
 * Adds `count` shoppers with one order each, from last year, spread over these skus. Orders by card need their
 * charges at the provider: see `chargesOf`.
 */
export async function fillWithOrders(
  client: Client,
  skus: string[],
  count: number,
  { say, method = 'invoice' }: { say: (line: string) => void; method?: 'invoice' | 'card' },
): Promise<void> {
  for (let from = 1; from <= count; from += batchSize) {
    const to = Math.min(count, from + batchSize - 1);
    await client.query('BEGIN');
    await client.query(
      `CREATE TEMP TABLE filling ON COMMIT DROP AS
       SELECT n, gen_random_uuid() AS user_id, gen_random_uuid() AS id, gen_random_uuid() AS cart_id,
              ($3::text[])[1 + n % array_length($3::text[], 1)] AS sku,
              now() - interval '1 year' * random() - interval '1 day' AS at, $4 AS method
       FROM generate_series($1::int, $2::int) AS n`,
      [from, to, skus, method],
    );
    for (const statement of statements) await client.query(statement);
    await client.query('COMMIT');
    say(`${to.toLocaleString('en')} old orders in the tables`);
  }
  await client.query(
    'VACUUM ANALYZE cart, cart_line, orders, order_line, payment, order_event, stock_movement, mail, order_number',
  );
}

/** The charges of the card orders that `fillWithOrders` has added, to plant at the simulated provider. */
export async function chargesOf(client: Client): Promise<ChargeToPlant[]> {
  const { rows } = await client.query<ChargeToPlant>(
    `SELECT provider_ref AS id, order_id AS "orderId", user_id AS "userId", attempt, amount_minor AS amount,
            lower(currency) AS currency, (extract(epoch FROM created_at) * 1000)::float8 AS "createdMs"
     FROM payment WHERE method = 'card' AND provider_ref LIKE 'pi_fill%' ORDER BY created_at`,
  );
  return rows.map((row) => ({ ...row, createdMs: Math.floor(Number(row.createdMs)) }));
}
