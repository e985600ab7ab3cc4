import { appendFile, chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { drainOrderWriter } from '#lib/orders/batch/order-writer.ts';
import { closeDb, db } from '#lib/platform/database/db.ts';
import { migrate } from '#prisma/migrate.ts';
import { openDisk } from '#proof/harness/services/disk.ts';
import { behindProxy, postgresService } from '#proof/harness/services/postgres.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { shopperWith } from '#proof/harness/shopper/shopper.ts';
import { conforming } from '#tests/support/contract/conforming.ts';
import { useTestEnv } from '#tests/support/services/env.ts';
import { addProduct, soldOf } from '#tests/support/shop/shop.ts';

// What broke: with a full disk no order could be placed, but readiness still said "ready", because it only
// read.

const folder = await mkdtemp(path.join(os.tmpdir(), 'once-ready-'));
await chmod(folder, 0o711);
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
const disk = await openDisk(folder);
if (typeof disk !== 'string') afterAll(() => disk.close());
const { postgres, proxy, url } = await behindProxy(await postgresService(folder));
afterAll(() => postgres.stop());
afterAll(() => proxy.close());
await migrate(postgres.connectionString(), () => undefined);
// One connection, so that a test can change the session that readiness checks.
useTestEnv({ DATABASE_URL: url, REDIS_URL: 'memory:', DATABASE_CONNECTIONS: '1' });
afterAll(async () => {
  await drainOrderWriter();
  await closeDb();
});

const call = conforming(callHandlers);

async function readiness(): Promise<{ code: number; database: string; reason?: string }> {
  const response = await call('/api/ready');
  return { code: response.status, ...(await response.json()) };
}

const ready = (limitMs = 30_000) =>
  expect.poll(readiness, { timeout: limitMs, interval: 250 }).toMatchObject({ code: 200, database: 'up' });

async function order(sku: string): Promise<number> {
  const shopper = await shopperWith(call, sku);
  return (await shopper.orderUntilSettled(await shopper.body())).status;
}

async function restart(): Promise<void> {
  await postgres.stop();
  await postgres.start();
}

test('with a full disk the shop is not ready, and says why', async ({ skip }) => {
  if (typeof disk === 'string') return skip(disk);
  const sku = await addProduct('FULL');
  await ready();
  await disk.fill();
  try {
    await expect.poll(readiness, { interval: 250 }).toMatchObject({
      code: 503,
      status: 'unavailable',
      database: 'not_writable',
      reason: 'the database has no disk space left; it can still be read',
    });
    expect((await call('/api/health')).status).toBe(200);
    expect((await call('/api/products')).status).toBe(200);
  } finally {
    await disk.free();
  }
  await ready();
  expect(await order(sku)).toBe(201);
  expect(await soldOf('FULL')).toEqual({ orders: 1, quantity: 1 });
});

test('on a replica the shop is not ready, and says why', async () => {
  const data = path.join(folder, 'postgres', 'data');
  // A replica needs a fuller write-ahead log than the shop's own server writes.
  await appendFile(path.join(data, 'postgresql.auto.conf'), `wal_level = 'replica'\n`);
  await restart();
  await ready();
  const standby = path.join(data, 'standby.signal');
  await writeFile(standby, '');
  await chmod(standby, 0o666);
  await restart();
  await expect.poll(readiness, { timeout: 30_000, interval: 250 }).toMatchObject({
    code: 503,
    status: 'unavailable',
    database: 'not_writable',
    reason: 'the database is read-only, as a replica is; it can still be read',
  });
  await rm(standby);
  await restart();
  await ready();
});

test('a hundred checks at the same time share their writes', async () => {
  await ready();
  const transactions = async () => {
    const [row] = await db().$queryRaw<
      { next: bigint }[]
    >`SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next`;
    return Number(row?.next);
  };
  const before = await transactions();
  const began = performance.now();
  await Promise.all(Array.from({ length: 100 }, readiness));
  const written = (await transactions()) - before;
  // One a second, and a few by autovacuum.
  expect(written).toBeLessThan((performance.now() - began) / 1_000 + 6);
});

test.each([
  [
    'the isolation level',
    `SET default_transaction_isolation = 'serializable'`,
    'default_transaction_isolation',
  ],
  ['the time zone', `SET TimeZone = 'Asia/Tokyo'`, 'TimeZone'],
  ['the schema', 'SET search_path = pg_catalog', 'search_path'],
])(
  'a pooler whose sessions have another %s is not ready, and says which setting is wrong',
  async (_, statement, name) => {
    await ready();
    await db().$executeRawUnsafe(statement);
    expect(await readiness()).toMatchObject({ code: 503, reason: expect.stringContaining(`(${name})`) });
    await closeDb();
    await ready();
  },
);
