import { afterAll, expect, test } from 'vitest';
import { db } from '#lib/db.ts';
import { addJob } from '#lib/jobs/add-job.ts';
import { startFaultProxy } from '#prove/lab/fault-proxy.ts';
import { openTestShop } from '#tests/support/test-shop.ts';
import { startWorker } from '#tests/support/worker.ts';

/** What `npm run prove` has found of the worker (docs/proof.md). */

const { databaseUrl } = await openTestShop();
const between = new URL(databaseUrl);
const proxy = await startFaultProxy(Number(between.port));
between.port = String(proxy.port);
afterAll(() => proxy.close());

const waiting = async (key: string) => {
  const [row] = await db().$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM graphile_worker.jobs WHERE key = ${key}`;
  return row?.count ?? 0;
};

test('a worker lived on and did nothing, when it lost its connections while it wrote down that jobs were done', async () => {
  const worker = startWorker({ DATABASE_URL: between.href });
  await worker.ready;
  proxy.disturb({ kind: 'lose_reply', to: ['complete_job'] }, () => true);
  for (let count = 0; count < 10; count += 1) await addJob(db(), 'expire_holds', {});
  await expect.poll(() => proxy.disturbed(), { timeout: 20_000 }).toBeGreaterThan(1);
  proxy.heal();
  await addJob(db(), 'expire_holds', {}, { key: 'afterwards' });
  // A statement that hangs is given up after 20 s, and only then the queue knows.
  await expect.poll(() => waiting('afterwards'), { timeout: 90_000 }).toBe(0);
}, 150_000);
