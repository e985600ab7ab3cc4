import pg from 'pg';
import type { Bench } from '#proof/bench/bench.ts';

/** The yardsticks' own database in the same server: plain tables with the shop's keys. */

const database = 'yardstick';
const stockPerSku = 100_000_000;

/**
 * Only the columns and unique keys of the shop's tables: not partitioned, no foreign keys. There is a
 * job where the shop records an event. `racy_order` is the table of the racy recipe, which trusts Redis
 * and so has no unique key.
 */
const tables = `
  CREATE TABLE orders (
    user_id uuid NOT NULL, id uuid NOT NULL, number text NOT NULL, cart_id uuid NOT NULL,
    submit_token uuid NOT NULL, body_hash text NOT NULL, lines_hash text NOT NULL, status text NOT NULL,
    version integer NOT NULL DEFAULT 1, currency text NOT NULL, subtotal_minor integer NOT NULL,
    shipping_minor integer NOT NULL, tax_minor integer NOT NULL, discount_minor integer NOT NULL,
    total_minor integer NOT NULL, email text NOT NULL, shipping_method text NOT NULL,
    shipping_address jsonb NOT NULL, placed_at timestamptz(3) NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, id), UNIQUE (user_id, submit_token), UNIQUE (user_id, cart_id)
  );
  CREATE INDEX orders_newest_idx ON orders (user_id, placed_at DESC, id DESC);
  CREATE TABLE order_line (
    user_id uuid NOT NULL, order_id uuid NOT NULL, sku text NOT NULL, title text NOT NULL,
    quantity integer NOT NULL, unit_price_minor integer NOT NULL, PRIMARY KEY (user_id, order_id, sku)
  );
  CREATE TABLE payment (
    user_id uuid NOT NULL, order_id uuid NOT NULL, attempt integer NOT NULL, method text NOT NULL,
    status text NOT NULL, amount_minor integer NOT NULL, currency text NOT NULL,
    idempotency_key text NOT NULL, provider_ref text, version integer NOT NULL DEFAULT 1,
    created_at timestamptz(3) NOT NULL DEFAULT now(), PRIMARY KEY (user_id, order_id, attempt)
  );
  CREATE UNIQUE INDEX payment_one_live ON payment (user_id, order_id)
    WHERE status NOT IN ('declined', 'voided', 'refunded');
  CREATE TABLE job (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind text NOT NULL, payload jsonb NOT NULL,
    run_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE TABLE stock (sku text PRIMARY KEY, available integer NOT NULL CHECK (available >= 0));
  CREATE TABLE racy_order (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, token text NOT NULL, cart_id uuid NOT NULL,
    total_minor integer NOT NULL, placed_at timestamptz NOT NULL DEFAULT now()
  )`;

const insertOrder = `
  INSERT INTO orders (user_id, id, number, cart_id, submit_token, body_hash, lines_hash, status, currency,
    subtotal_minor, shipping_minor, tax_minor, discount_minor, total_minor, email, shipping_method, shipping_address)`;
const orderValues = (user: string, id: string, cart: string, token: string) => `
  ${user}, ${id}, 'Y7KD-2M4Q-X', ${cart}, ${token}, repeat('b', 64), repeat('c', 64), 'placed', 'USD',
  2500, 499, 200, 0, 3199, 'ada@example.com', 'standard',
  '{"name": "Ada Lovelace", "line1": "12 St James’s Square", "line2": null, "city": "Springfield", "region": "IL", "postalCode": "62701", "country": "US"}'`;

/**
 * For `pgbench -f`. Ids are hashes of random numbers, so that they are spread like the shop's. A colon
 * followed by a word is a variable, even within quotes.
 */
export const orderScript = `
\\set user random(1, 4000000000000000000)
\\set order random(1, 4000000000000000000)
\\set cart random(1, 4000000000000000000)
\\set token random(1, 4000000000000000000)
\\set item random(0, :skus - 1)
BEGIN;
${oneLine(`${insertOrder} VALUES (${orderValues('md5(:user::text)::uuid', 'md5(:order::text)::uuid', 'md5(:cart::text)::uuid', 'md5(:token::text)::uuid')})`)};
INSERT INTO order_line (user_id, order_id, sku, title, quantity, unit_price_minor) VALUES (md5(:user::text)::uuid, md5(:order::text)::uuid, 'BENCH-' || lpad(:item::text, 4, '0'), 'Bench', 1, 2500);
UPDATE stock SET available = available - 1 WHERE sku = 'BENCH-' || lpad(:item::text, 4, '0') AND available >= 1;
INSERT INTO payment (user_id, order_id, attempt, method, status, amount_minor, currency, idempotency_key) VALUES (md5(:user::text)::uuid, md5(:order::text)::uuid, 1, 'invoice', 'due', 3199, 'USD', 'order:' || md5(:order::text)::uuid || ':' || '1');
INSERT INTO job (kind, payload) VALUES ('order_placed', jsonb_build_object('orderId', md5(:order::text)::uuid));
COMMIT;
`;

/** As many orders as the shop's tables have at the beginning. */
const fill = (count: number) => `
  ${insertOrder} SELECT ${orderValues("md5('u' || n)::uuid", "md5('o' || n)::uuid", "md5('c' || n)::uuid", "md5('t' || n)::uuid")}
    FROM generate_series(1, ${count}) AS n;
  INSERT INTO order_line (user_id, order_id, sku, title, quantity, unit_price_minor)
    SELECT user_id, id, 'BENCH-' || lpad((row_number() OVER () % 1000)::text, 4, '0'), 'Bench', 1, 2500 FROM orders;
  INSERT INTO payment (user_id, order_id, attempt, method, status, amount_minor, currency, idempotency_key)
    SELECT user_id, id, 1, 'invoice', 'due', 3199, 'USD', 'order:' || id || ':1' FROM orders;
  INSERT INTO job (kind, payload) SELECT 'order_placed', jsonb_build_object('orderId', id) FROM orders`;

export function yardstickUrl({ harness }: Bench): string {
  const url = new URL(harness.databaseUrl);
  url.pathname = `/${database}`;
  return url.href;
}

/** Connects to the yardsticks' database. The first call creates it. */
export async function openYardstick(bench: Bench): Promise<pg.Client> {
  const { harness, options, skus, say } = bench;
  const { rowCount } = await harness.client.query('SELECT FROM pg_database WHERE datname = $1', [database]);
  if (rowCount === 0) await harness.client.query(`CREATE DATABASE ${database}`);
  const client = new pg.Client({ connectionString: yardstickUrl(bench) });
  await client.connect();
  if (rowCount === 0) {
    await client.query(tables);
    await client.query('INSERT INTO stock SELECT unnest($1::text[]), $2', [skus, stockPerSku]);
    if (options.oldOrders > 0) {
      say(`${options.oldOrders.toLocaleString('en')} old orders into the yardstick's tables`);
      await client.query(fill(options.oldOrders));
    }
    await client.query('VACUUM ANALYZE');
  }
  return client;
}

function oneLine(sql: string): string {
  return sql.replaceAll(/\s*\n\s*/g, ' ').trim();
}
