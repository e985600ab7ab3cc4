import { afterAll, expect, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { startTcpProxy, type TcpProxy } from '#proof/harness/tcp-proxy.ts';
import { metricsEnv, readMetrics } from '#tests/support/metrics.ts';
import { placeOrder } from '#tests/support/notifying.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

/** Gauges that a scrape reads from the database. */

let proxy: TcpProxy | undefined;
await openTestShop({
  env: metricsEnv,
  throughProxy: async (databaseUrl) => {
    const url = new URL(databaseUrl);
    proxy = await startTcpProxy(Number(url.port));
    url.port = String(proxy.port);
    return url.href;
  },
});
afterAll(() => proxy?.close());

test('payments without an end are counted by status with the age of the oldest, and others are not', async () => {
  const before = await readMetrics();
  expect(before).toContain('once_payments_open{status="unknown"} 0');
  expect(before).toContain('once_payments_open_oldest_seconds{status="unknown"} 0');
  const sku = await addProduct('OPEN');
  for (const [status, age] of [
    ['unknown', '1 hour'],
    ['unknown', '2 hours'],
    ['succeeded', '3 hours'],
    ['processing', '1 day'],
  ]) {
    const { orderId } = await placeOrder(sku);
    await db().$executeRaw`
      UPDATE payment SET status = ${status}, created_at = now() - ${age}::interval WHERE order_id = ${orderId}::uuid`;
  }
  const text = await readMetrics();
  expect(text).toContain('once_payments_open{status="unknown"} 2');
  expect(text).toMatch(/once_payments_open_oldest_seconds\{status="unknown"\} 72\d\d\./);
  expect(text).toContain('once_payments_open{status="processing"} 1');
  expect(text).toContain('once_payments_open{status="created"} 0');
});

test('a dispute without an answer is due soon from three days before its date until that date', async () => {
  await db().$executeRaw`
    INSERT INTO dispute (user_id, order_id, provider_ref, attempt, kind, amount_minor, currency, reason, status, due_by,
                         answered)
    SELECT gen_random_uuid(), gen_random_uuid(), 'dp_' || days || answered, 1, 'dispute', 100, 'USD', 'fraudulent',
           'open', now() + make_interval(days => days), answered
    FROM (VALUES (2, false), (5, false), (2, true), (-1, false)) AS due (days, answered)`;
  const text = await readMetrics();
  expect(text).toContain('once_disputes_open 4');
  expect(text).toContain('once_disputes_due_soon 1');
});

// What broke: all parts were one statement with one limit, so a slow one made every gauge NaN and looked like a
// database that is away.
test('a part that takes too long costs only its own gauges', async () => {
  const text = await db().$transaction(async (tx) => {
    await tx.$executeRaw`LOCK TABLE mail IN ACCESS EXCLUSIVE MODE`;
    return readMetrics();
  });
  expect(text).toContain('once_mails_refused Nan');
  expect(text).toContain('once_database_up 1');
  expect(text).toContain('once_jobs_failed 0');
  expect(text).toMatch(/once_database_connections_max \d/);
  expect(await readMetrics()).toContain('once_mails_refused 0');
});

// What broke: it was NaN until the first success, so a shop that could never read the events raised no alert.
test('events are behind since the first card payment while they were never read', async () => {
  const behindIn = (text: string) => Number(/^once_provider_events_behind_seconds (.*)$/m.exec(text)?.[1]);
  expect(behindIn(await readMetrics())).toBeNaN();
  const { orderId } = await placeOrder(await addProduct('FIRST'));
  await db().$executeRaw`
    UPDATE payment SET method = 'card', token = 'pm_1', created_at = now() - interval '1 hour'
    WHERE order_id = ${orderId}::uuid`;
  expect(Math.round(behindIn(await readMetrics()) / 60)).toBe(60);
  await db().$executeRaw`INSERT INTO event_cursor (name, read_until) VALUES ('provider_events', now())`;
  expect(Math.round(behindIn(await readMetrics()) / 60)).toBe(0);
});

test('a database without an archive has no age of it, on which an alert could fire', async () => {
  const text = await readMetrics();
  for (const name of ['once_wal_archived_seconds', 'once_wal_archive_failures'])
    expect(text).toContain(`\n${name} Nan\n`);
});

test('a scrape within seconds of another one does not read the database again', async () => {
  const headers = { authorization: `Bearer ${metricsEnv.METRICS_TOKEN}` };
  const again = async () => (await callHandlers('/api/metrics', { headers })).text();
  const secondsIn = (text: string) => /^once_database_seconds .*$/m.exec(text)?.[0];
  const first = secondsIn(await readMetrics());
  // Two statements never take the same time to the nanosecond.
  expect([secondsIn(await again()), secondsIn(await again())]).toEqual([first, first]);
  expect(secondsIn(await readMetrics())).not.toBe(first);
});

test('while the database is away a scrape says so and takes no longer than its limit', async () => {
  proxy?.silence();
  const text = await readMetrics();
  proxy?.heal();
  expect(text).toContain('once_database_up 0');
  expect(text).toContain('once_unmatched_charges Nan');
  expect(await readMetrics()).toContain('once_database_up 1');
});
