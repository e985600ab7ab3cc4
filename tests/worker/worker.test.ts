import { beforeEach, expect, test, vi } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import { openClient } from '#lib/platform/database/db-session.ts';
import { metricsEnv } from '#tests/support/metrics.ts';
import { announceLater, placeOrder } from '#tests/support/notifying.ts';
import { createTestDatabase, takeAway } from '#tests/support/services/database.ts';
import { startWorker, type TestWorker } from '#tests/support/services/worker.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

/** A worker starts in a second, or in many on a busy machine. */
const patienceMs = 40_000;

const shop = await openTestShop({ env: metricsEnv });

/** Adds a job and waits until the worker has written the email that it makes. */
async function expectJobIsRun(sku: string): Promise<void> {
  const order = await placeOrder(await addProduct(sku));
  await announceLater(order);
  const emails = () => db().mail.count({ where: { orderId: order.orderId } });
  await vi.waitFor(async () => expect(await emails()).toBe(1), patienceMs);
}

async function expectGoodEnd({ child, exited }: TestWorker): Promise<void> {
  child.kill('SIGTERM');
  expect(await exited).toEqual({ code: 0, signal: null });
}

beforeEach(() => db().$executeRaw`DELETE FROM graphile_worker._private_jobs`);

test('a worker runs jobs that are added while it waits, and ends with 0 when told to', async () => {
  const worker = startWorker();
  await worker.ready;
  await expectJobIsRun('WAITS');
  await expectGoodEnd(worker);
});

test('a worker waits for a database that goes away, and continues when it is back', async () => {
  const worker = startWorker();
  await worker.ready;
  const database = await takeAway(shop.databaseUrl);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  expect(worker.child.exitCode).toBeNull();
  await database.giveBack();
  await expectJobIsRun('BACK');
  await expectGoodEnd(worker);
});

// What broke: a worker whose database went away in its first moment lived on and never ran a job.
// graphile-worker remembers that its first look-up of the tasks failed.
test('a worker whose first look for jobs fails starts again', async () => {
  await db().$executeRaw`
    CREATE FUNCTION refuse_tasks() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'not now'; END $$`;
  await db().$executeRaw`
    CREATE TRIGGER refuse BEFORE INSERT ON graphile_worker._private_tasks EXECUTE FUNCTION refuse_tasks()`;
  const worker = startWorker();
  await vi.waitFor(() => expect(worker.log()).toContain('starting it again'), patienceMs);
  await db().$executeRaw`DROP FUNCTION refuse_tasks CASCADE`;
  await worker.ready;
  await expectGoodEnd(worker);
});

test('a worker on a database without the migrations says so and ends', async () => {
  const empty = await createTestDatabase();
  const client = await openClient({ connectionString: empty.connectionString });
  await client.query('DROP SCHEMA graphile_worker CASCADE').finally(() => client.end());
  const worker = startWorker({ DATABASE_URL: empty.connectionString });
  expect(await worker.exited).toEqual({ code: 1, signal: null });
  expect(worker.log()).toContain('migrations are missing: the job queue; run npm run migrate');
  await empty.drop();
});
