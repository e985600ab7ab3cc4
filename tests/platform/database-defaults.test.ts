import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { settleUnknownPayment } from '#lib/payments/settling/settle-unknown-payment.ts';
import { closeDb, db, writerDb } from '#lib/platform/database/db.ts';
import { openClient } from '#lib/platform/database/db-session.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { cardBody, expectBooksToAgree, orderOf } from '#tests/support/money.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct } from '#tests/support/shop/shop.ts';

// What broke: a database with `ALTER DATABASE … SET timezone = 'Asia/Tokyo'` made every timestamp nine hours
// late, because Prisma's adapter drops the offset of a timestamp. The list of orders never ended or lost
// orders. A good charge was read as never made, so that the second card was a second capture.

const { simulator, databaseUrl } = await openPayingShop();
const name = new URL(databaseUrl).pathname.slice(1);

async function setDefault(setting: string, value: string): Promise<void> {
  const client = await openClient({ connectionString: databaseUrl });
  await client
    .query(`ALTER ROLE CURRENT_USER IN DATABASE ${name} SET ${setting} = '${value}'`)
    .finally(() => client.end());
  // Open connections keep the defaults that they started with.
  await closeDb();
}

afterEach(async () => {
  vi.useRealTimers();
  simulator.clearFaults();
  await expectBooksToAgree(simulator);
});

/** Milliseconds since 1970, as PostgreSQL itself counts them. */
async function trueTimes(orderId: string): Promise<{ placed: number; hold: number }> {
  const [row] = await db().$queryRaw<{ placed: number; hold: number }[]>`
    SELECT extract(epoch FROM placed_at)::float8 * 1000 AS placed, extract(epoch FROM hold_until)::float8 * 1000 AS hold
    FROM orders WHERE id = ${orderId}::uuid`;
  if (!row) throw new Error('there is no such order');
  return row;
}

/** Follows the cursors of the shopper's list to its end, or far past its expected length. */
async function listAll(shopper: Shopper): Promise<{ id: string; placedAt: string }[]> {
  const all: { id: string; placedAt: string }[] = [];
  let cursor = '';
  for (let page = 0; page < 6; page += 1) {
    const { orders, nextCursor } = await (await shopper.request(`/api/orders${cursor}`)).json();
    all.push(...orders);
    if (nextCursor === null) break;
    cursor = `?cursor=${nextCursor}`;
  }
  return all;
}

describe.each(['Asia/Tokyo', 'Asia/Kolkata', 'America/New_York'])('with the time zone %s', (zone) => {
  beforeEach(() => setDefault('TimeZone', zone));
  const skuOf = (what: string) => addProduct(`${what}-${zone.replace(/\W/, '-')}`);

  test('an order’s time and the end of its hold are right', async () => {
    const shopper = await shopperWith(callHandlers, await skuOf('TIMES'));
    simulator.addFault({ kind: 'error_before', on: { method: 'POST', path: '^/v1/payment_intents$' } });
    await shopper.order(await cardBody(shopper));
    const { id, holdUntil } = await orderOf(shopper);
    const { placed, hold } = await trueTimes(id);
    const { placedAt } = await (await shopper.request(`/api/orders/${id}`)).json();
    expect(new Date(placedAt).getTime()).toBe(placed);
    expect(holdUntil?.getTime()).toBe(hold);
    expect((hold - placed) / 60_000).toBe(15);
    await settleUnknownPayment({
      userId: shopper.cookie.split('=')[1]?.split('.')[0] ?? '',
      orderId: id,
      attempt: 1,
    });
  });

  test('a list of 25 orders has each of them once and ends, also in the hour that occurs twice', async () => {
    const shopper = await shopperWith(callHandlers, await skuOf('LIST'));
    for (let count = 0; count < 25; count += 1) {
      if (count > 0) await shopper.put(`LIST-${zone.replace(/\W/, '-')}`, 1);
      const placed = await shopper.order(await shopper.body({ confirmDuplicate: true }));
      expect(placed.status).toBe(201);
    }
    // New York sets its clocks back at 06:00 UTC on this day.
    await db().$executeRaw`
      WITH numbered AS (SELECT id, row_number() OVER (ORDER BY placed_at, id) AS n FROM orders
                        JOIN order_line ON order_line.order_id = orders.id AND order_line.user_id = orders.user_id
                        WHERE sku = ${`LIST-${zone.replace(/\W/, '-')}`})
      UPDATE orders SET placed_at = timestamptz '2026-11-01 05:00:00Z' + n * interval '5 minutes'
      FROM numbered WHERE numbered.id = orders.id`;
    const listed = await listAll(shopper);
    expect(listed).toHaveLength(25);
    expect(new Set(listed.map(({ id }) => id)).size).toBe(25);
    const times = Array.from({ length: 25 }, (_, index) => Date.UTC(2026, 10, 1, 5, (25 - index) * 5));
    expect(listed.map(({ placedAt }) => new Date(placedAt).getTime())).toEqual(times);
  });

  test('yesterday’s charge whose reply was lost is found, and no second card is asked for', async () => {
    const shopper = await shopperWith(callHandlers, await skuOf('FOUND'));
    const body = await cardBody(shopper);
    const dayMs = 24 * 3_600_000;
    simulator.addFault({ kind: 'error_stored', on: { method: 'POST', path: '^/v1/payment_intents$' } });
    simulator.addFault({ kind: 'webhook_drop', times: 20 });
    // The provider's records say yesterday, and the shop's say so below.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - dayMs });
    await shopper.order(body);
    await simulator.flushWebhooks();
    vi.useRealTimers();
    const { id, userId, status } = await orderOf(shopper);
    expect(status).toBe('payment_unknown');
    await db().$executeRaw`
      UPDATE payment SET created_at = created_at - interval '1 day', updated_at = updated_at - interval '1 day'
      WHERE order_id = ${id}::uuid`;
    await settleUnknownPayment({ userId, orderId: id, attempt: 1 });
    expect(await orderOf(shopper)).toMatchObject({ status: 'paid', payments: [{ status: 'succeeded' }] });
    const second = await shopper.send('POST', `/api/orders/${id}/payments`, {
      attempt: 2,
      method: 'card',
      token: 'pm_card_visa',
    });
    expect(second.status).toBe(409);
    expect(simulator.ledger(id).filter(({ live }) => live)).toHaveLength(1);
  });
});

test('both pools set what they need, whatever the role, the database and the server default to', async () => {
  const wanted = {
    TimeZone: 'UTC',
    DateStyle: 'ISO, MDY',
    IntervalStyle: 'postgres',
    default_transaction_isolation: 'read committed',
    default_transaction_read_only: 'off',
    statement_timeout: '15s',
    lock_timeout: '0',
    idle_in_transaction_session_timeout: '15s',
    idle_session_timeout: '0',
    transaction_timeout: '0',
    synchronous_commit: 'on',
    client_encoding: 'UTF8',
    bytea_output: 'hex',
    array_nulls: 'on',
    row_security: 'on',
    standard_conforming_strings: 'on',
    transform_null_equals: 'off',
    exit_on_error: 'off',
    restrict_nonsystem_relation_kind: '',
  };
  for (const client of [db(), writerDb()]) {
    const rows = await client.$queryRaw<{ name: string; value: string }[]>`
      SELECT name, current_setting(name) AS value FROM unnest(${Object.keys(wanted)}::text[]) AS name`;
    expect(Object.fromEntries(rows.map(({ name, value }) => [name, value]))).toEqual(wanted);
    const [{ schemas } = {}] = await client.$queryRaw<{ schemas: string[] }[]>`
      SELECT current_schemas(true)::text[] AS schemas`;
    expect(schemas).toEqual(['pg_catalog', 'public']);
  }
});

// lower() follows the database's collation, which is Turkish here.
test.each([
  ['ICON-KIT', 'icon'],
  ['ICON-POT', 'ICON-POT'],
  ['ЛАМПА', 'лампа'],
  ['ÉCLAIR', 'eclair'],
])('a search finds %s by %s, whatever the collation', async (sku, query) => {
  await addProduct(sku);
  const { products } = await (await callHandlers(`/api/products?query=${encodeURIComponent(query)}`)).json();
  expect(products.map(({ title }: { title: string }) => title)).toContain(`Product ${sku}`);
});

test('readiness finds every setting in place', async () => {
  expect(await (await callHandlers('/api/ready')).json()).toMatchObject({ status: 'ready', database: 'up' });
});

test('the suite itself runs with awkward defaults', async () => {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client
    .query(
      `SELECT current_setting('DateStyle') AS dates, current_setting('default_transaction_isolation') AS isolation,
              current_setting('default_transaction_read_only') AS "readOnly", count(*)::int AS orders,
              lower('I') AS lower FROM orders`,
    )
    .finally(() => client.end());
  // The decoy of `orders` is empty.
  expect(rows).toEqual([
    { dates: 'SQL, DMY', isolation: 'serializable', readOnly: 'on', orders: 0, lower: 'ı' },
  ]);
});
