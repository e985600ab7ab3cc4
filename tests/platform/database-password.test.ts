import { appendFile, chmod, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeDb, db } from '#lib/platform/database/db.ts';
import { openClient } from '#lib/platform/database/db-session.ts';
import { migrate } from '#prisma/migrate.ts';
import { postgresService } from '#proof/harness/services/postgres.ts';
import { type Call, callUrl } from '#proof/harness/shopper/call.ts';
import { Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { useTestEnv } from '#tests/support/services/env.ts';
import { startWorker } from '#tests/support/services/worker.ts';
import { startShopProcess } from '#tests/support/shop/another-process.ts';
import { addProduct, soldOf } from '#tests/support/shop/shop.ts';

/** A real PostgreSQL whose password changes while real processes of the shop take orders. */

const folder = await mkdtemp(path.join(os.tmpdir(), 'once-password-'));
await chmod(folder, 0o711);
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
const postgres = await postgresService(folder);
afterAll(() => postgres.stop());
// The embedded server lets only the shop's role in. Here an administrator and further roles come, too.
const rules = 'host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n';
await appendFile(path.join(postgres.data, 'pg_hba.conf'), rules);
await postgres.stop();
await postgres.start();

/** The address for a role. */
function addressFor(role: string, password = ''): string {
  const url = new URL(postgres.connectionString());
  Object.assign(url, { username: role, password });
  return url.href;
}

useTestEnv({ DATABASE_URL: addressFor('postgres'), REDIS_URL: 'memory:' });
afterAll(closeDb);

let admin: pg.Client;
beforeAll(async () => {
  admin = await openClient({ connectionString: addressFor('postgres') });
  await admin.query(`ALTER ROLE once PASSWORD 'first'`);
  await migrate(addressFor('once', 'first'), () => undefined);
});
afterAll(() => admin.end());

const endSessionsOf = (role: string) =>
  admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [role]);

interface Running {
  call: Call;
  /** Requests that it has not answered yet. */
  open: number;
  stop: () => void;
}

async function startWith(role: string, password: string): Promise<Running> {
  const { url, child } = await startShopProcess({ DATABASE_URL: addressFor(role, password) });
  const call = callUrl(url);
  const running: Running = {
    open: 0,
    stop: () => void child.kill('SIGKILL'),
    call: async (...request) => {
      running.open += 1;
      return call(...request).finally(() => {
        running.open -= 1;
      });
    },
  };
  return running;
}

/** Shoppers who order one after the other, at the process that takes requests now. */
function sendShoppers(sku: string, first: Running) {
  let [now, isOver] = [first, false];
  const answers: number[] = [];
  const reasons: unknown[] = [];
  /** As browsers do: a database that is late, on a busy machine, is asked again. */
  const call: Call = async (...request) => {
    for (;;) {
      const answer = await now.call(...request);
      if (answer.status !== 503) return answer;
      reasons.push((await (await now.call('/api/ready')).json()).reason);
      await sleep(200);
    }
  };
  const shop = async () => {
    while (!isOver) {
      const shopper = await shopperWith(call, sku);
      answers.push((await shopper.order(await shopper.body())).status);
    }
  };
  const shopping = Promise.all([shop(), shop(), shop()]);
  return {
    /** As a load balancer does: new requests go to the next process, and the earlier one may finish its own. */
    async moveTo(next: Running): Promise<void> {
      const earlier = now;
      now = next;
      await expect.poll(() => earlier.open).toBe(0);
      earlier.stop();
    },
    /** Resolves with the answers to all orders, and why processes could not reach the database. */
    async end(): Promise<{ answers: number[]; reasons: unknown[] }> {
      isOver = true;
      await shopping;
      return { answers, reasons };
    },
  };
}

test('with two login roles the password is replaced while shoppers order, and no request is refused', async () => {
  const sku = await addProduct('TWO-ROLES');
  const a = await startWith('once', 'first');
  const early = await shopperWith(a.call, sku);
  expect((await early.order(await early.body())).status).toBe(201);
  const shoppers = sendShoppers(sku, a);

  // A second login that acts as the role that owns the tables.
  await admin.query(`CREATE ROLE once_b LOGIN PASSWORD 'second' IN ROLE once`);
  await admin.query(`ALTER ROLE once_b SET role = 'once'`);
  const worker = startWorker({ DATABASE_URL: addressFor('once_b', 'second') });
  await worker.ready;
  await shoppers.moveTo(await startWith('once_b', 'second'));
  await admin.query(`ALTER ROLE once PASSWORD 'third'`);
  await endSessionsOf('once');
  await expect(openClient({ connectionString: addressFor('once', 'first') })).rejects.toThrow(/password/);
  await sleep(1_000);

  // And once more, so that only the first role is left.
  const c = await startWith('once', 'third');
  await shoppers.moveTo(c);
  worker.child.kill('SIGTERM');
  expect(await worker.exited).toMatchObject({ code: 0 });
  await migrate(addressFor('once_b', 'second'), () => undefined);
  await endSessionsOf('once_b');
  // PostgreSQL refuses it if the role owns anything.
  await admin.query('DROP ROLE once_b');
  await sleep(1_000);

  const { answers, reasons } = await shoppers.end();
  expect(reasons.filter((reason) => /refuses/.test(String(reason)))).toEqual([]);
  expect(answers.length).toBeGreaterThan(10);
  expect(answers.filter((status) => status !== 201)).toEqual([]);
  expect(await soldOf(sku)).toEqual({ orders: answers.length + 1, quantity: answers.length + 1 });
  const later = new Shopper(c.call);
  later.cookie = early.cookie;
  const { orders } = await (await later.request('/api/orders')).json();
  expect(orders).toHaveLength(1);
  // The worker that logged in as the second role did its jobs.
  expect(await db().mail.count({ where: { status: 'kept' } })).toBeGreaterThan(0);
});

// What broke: an order at a process with the replaced password got a masked 500, which no client sends again.
test('a process with a replaced password asks for patience, and the order is made once by the next process', async () => {
  const sku = await addProduct('ONE-ROLE');
  await admin.query(`ALTER ROLE once PASSWORD 'fourth'`);
  const late = await startWith('once', 'fourth');
  const [served, shopper] = [await shopperWith(late.call, sku), await shopperWith(late.call, sku)];
  const [first, body] = [await served.body(), await shopper.body()];
  await admin.query(`ALTER ROLE once PASSWORD 'fifth'`);
  // Its open connections stay good. It needs the password for new ones: after ten idle seconds, or a peak.
  expect((await late.call('/api/products')).status).toBe(200);
  await endSessionsOf('once');
  for (const told of [
    await served.order(first),
    await shopper.order(body),
    await late.call('/api/products'),
  ]) {
    expect([told.status, await told.json()]).toMatchObject([503, { code: 'unavailable', retryable: true }]);
  }
  const ready = await late.call('/api/ready');
  expect([ready.status, await ready.json()]).toMatchObject([
    503,
    { database: 'down', reason: 'the database refuses the user or the password of DATABASE_URL' },
  ]);

  const next = await startWith('once', 'fifth');
  const elsewhere = new Shopper(next.call);
  elsewhere.cookie = shopper.cookie;
  expect((await elsewhere.order(body)).status).toBe(201);
  expect((await elsewhere.order(body)).headers.get('idempotent-replayed')).toBe('true');
  expect(await soldOf(sku)).toEqual({ orders: 1, quantity: 1 });
});

test.each([
  ['a role that may not log in', `ALTER ROLE clerk NOLOGIN`],
  ['a role that does not exist', 'DROP ROLE clerk'],
])('%s is refused with the same advice', async (_, statement) => {
  await admin.query('DROP ROLE IF EXISTS clerk');
  await admin.query(`CREATE ROLE clerk LOGIN PASSWORD 'clerk' IN ROLE once`);
  const shop = await startWith('clerk', 'clerk');
  expect((await shop.call('/api/products')).status).toBe(200);
  await endSessionsOf('clerk');
  await admin.query(statement);
  const ready = await shop.call('/api/ready');
  expect([ready.status, (await ready.json()).reason]).toEqual([
    503,
    'the database refuses the user or the password of DATABASE_URL',
  ]);
});
