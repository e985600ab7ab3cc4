import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { addJob } from '#lib/jobs/add-job.ts';
import { db } from '#lib/platform/database/db.ts';
import { queuePool } from '#lib/worker/queue-options.ts';
import { startSmtp } from '#proof/harness/services/smtp.ts';
import { startTcpProxy } from '#proof/harness/tcp-proxy.ts';
import { announceLater, placeOrder } from '#tests/support/notifying.ts';
import { takeAway } from '#tests/support/services/database.ts';
import { startWorker } from '#tests/support/services/worker.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

/** Failures of the worker that `npm run prove` found (docs/proof.md). */

const { databaseUrl } = await openTestShop();
const between = new URL(databaseUrl);
const proxy = await startTcpProxy(Number(between.port));
between.port = String(proxy.port);
afterAll(() => proxy.close());

const smtp = await startSmtp();
afterAll(() => smtp.close());

/** Jobs of that task that are due or taken, and not done. */
const waiting = async (task: string) => {
  const [row] = await db().$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM graphile_worker.jobs
    WHERE task_identifier = ${task} AND (run_at <= now() OR locked_at IS NOT NULL)`;
  return row?.count ?? 0;
};

/** Loses the database's reply that a job is done, so that the queue gives up. */
async function breakQueue(): Promise<void> {
  const before = proxy.disturbed();
  proxy.disturb({ kind: 'lose_reply', to: ['complete_job'] });
  await addJob(db(), 'expire_holds', {});
  await expect.poll(() => proxy.disturbed()).toBeGreaterThan(before);
  proxy.heal();
}

// What broke: the worker lived on and did nothing.
test('a worker that loses its connections while it records that jobs are done keeps running jobs', async () => {
  const worker = startWorker({ DATABASE_URL: between.href });
  await worker.ready;
  proxy.disturb({ kind: 'lose_reply', to: ['complete_job'] });
  for (let count = 0; count < 10; count += 1) await addJob(db(), 'expire_holds', {});
  await expect.poll(() => proxy.disturbed()).toBeGreaterThan(1);
  proxy.heal();
  await addJob(db(), 'expire_holds', {});
  // A statement that hangs is given up after 20 s, and only then does the queue know.
  await expect.poll(() => waiting('expire_holds'), { timeout: 90_000 }).toBe(0);
}, 150_000);

// What broke: the queue's connections were closed while its tasks still ran, so their jobs stayed taken for
// two minutes.
test.for([
  { ends: 'soon', afterMs: 1_000 },
  { ends: 'when the queue is gone', afterMs: 6_000 },
])(
  'a job that runs while the queue breaks, and ends $ends, is done once and not left behind',
  { timeout: 120_000 },
  async ({ afterMs }) => {
    const mails = smtp.mails.length;
    const held = smtp.holdAnswers();
    const worker = startWorker({ DATABASE_URL: between.href, SMTP_URL: smtp.url });
    await worker.ready;
    await announceLater(await placeOrder(await addProduct(`RUNS-${afterMs}`)));
    await expect.poll(() => smtp.mails.length).toBe(mails + 1);
    await breakQueue();
    await sleep(afterMs);
    held.answer();
    await expect.poll(() => waiting('send_mail'), { timeout: 50_000 }).toBe(0);
    expect(smtp.mails.length).toBe(mails + 1);
  },
);

// What broke: Node had nothing left to wait for, and about every third worker ended with 13.
test('a worker survives a database that goes away while it records that jobs are done', async () => {
  const workers = Array.from({ length: 4 }, () => startWorker());
  await Promise.all(workers.map(({ ready }) => ready));
  for (let count = 0; count < 300; count += 1) await addJob(db(), 'expire_holds', {});
  const database = await takeAway(databaseUrl);
  await sleep(3_000);
  expect(workers.map(({ child }) => child.exitCode)).toEqual([null, null, null, null]);
  await database.giveBack();
  await expect.poll(() => waiting('expire_holds'), { timeout: 120_000 }).toBe(0);
}, 180_000);

// What broke: the listening connection failed while the queue was being stopped, and the process ended.
test('a connection of the queue may be released twice', async () => {
  const pool = queuePool();
  await new Promise<void>((resolve, reject) => {
    pool.connect((error, _client, release) => {
      if (error) return reject(error);
      release();
      release();
      resolve();
    });
  });
  await pool.end();
});
