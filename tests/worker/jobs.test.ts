import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { addJob } from '#lib/jobs/add-job.ts';
import { isQueueKnown, UnknownQueue } from '#lib/jobs/queue-tables.ts';
import { db } from '#lib/platform/database/db.ts';
import { drainJobs } from '#lib/worker/drain-jobs.ts';
import { addPeriodic } from '#lib/worker/periodic.ts';
import { CannotWork, runWorker } from '#lib/worker/run-worker.ts';
import { periodicTasks } from '#lib/worker/tasks.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { conforming } from '#tests/support/contract/conforming.ts';
import { kill, until, whileLocked } from '#tests/support/faults/crash-steps.ts';
import { metricsEnv, readMetrics } from '#tests/support/metrics.ts';
import { announceLater, placeOrder } from '#tests/support/notifying.ts';
import { startWorker } from '#tests/support/services/worker.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

const cronSecret = 'a-secret-of-the-platforms-clock';
const shop = await openTestShop({ env: { CRON_SECRET: cronSecret, ...metricsEnv } });
const call = conforming(callHandlers);

beforeEach(() => db().$executeRaw`DELETE FROM graphile_worker._private_jobs`);

interface QueuedJob {
  task: string;
  inSeconds: number;
  attempts: number;
  maxAttempts: number;
}

const queued = (key: string) =>
  db().$queryRaw<QueuedJob[]>`
    SELECT task_identifier AS task, round(extract(epoch FROM run_at - now()))::int AS "inSeconds", attempts::int, max_attempts::int AS "maxAttempts"
    FROM graphile_worker.jobs WHERE key = ${key}`;

const payment = () => ({ userId: randomUUID(), orderId: randomUUID(), attempt: 1 });

/** A job that fails at every attempt. */
const addPoison = (maxAttempts: number) =>
  addJob(
    db(),
    'send_mail',
    { userId: 'nobody', orderId: 'nothing', version: 1, kind: 'confirmation' },
    { maxAttempts },
  );

/** `npm run jobs` as an operator types it. */
async function runJobsCommand(...args: string[]): Promise<{ code: number | null; output: string }> {
  const script = path.resolve(import.meta.dirname, '../../scripts/jobs.ts');
  const child = spawn(process.execPath, [script, ...args]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, output };
}

async function gauge(name: string): Promise<number> {
  const text = await readMetrics();
  return Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
}

const cron = (authorization?: string) =>
  call('/api/cron/jobs', authorization ? { headers: { authorization } } : {});

test('a job is enqueued in the transaction that it belongs to, and not without it', async () => {
  const kept = randomUUID();
  const undone = randomUUID();
  await db().$transaction((tx) =>
    addJob(tx, 'settle_payment', payment(), { key: kept, afterMs: 3_600_000, maxAttempts: 7 }),
  );
  await expect(
    db().$transaction(async (tx) => {
      await addJob(tx, 'settle_payment', payment(), { key: undone });
      await addJob(tx, 'settle_payment', payment());
      throw new Error('the order could not be written');
    }),
  ).rejects.toThrow('the order could not be written');
  const [job, ...others] = await queued(kept);
  expect([job, others]).toMatchObject([{ task: 'settle_payment', attempts: 0, maxAttempts: 7 }, []]);
  expect(job?.inSeconds).toBeGreaterThan(3_500);
  const [all] = await db().$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM graphile_worker.jobs`;
  expect(all?.count).toBe(1);
});

test('a job that has not started is replaced by the next one with its key', async () => {
  const key = randomUUID();
  await db().$transaction((tx) => addJob(tx, 'settle_payment', payment(), { key }));
  await db().$transaction((tx) => addJob(tx, 'settle_payment', payment(), { key, afterMs: 3_600_000 }));
  const jobs = await queued(key);
  expect(jobs).toHaveLength(1);
  expect(jobs[0]?.inSeconds).toBeGreaterThan(3_500);
});

test('a job that fails at every attempt is counted, shown with its error, and retried or given up on request', async () => {
  await addPoison(1);
  expect(await gauge('once_jobs_waiting')).toBe(1);
  expect(await drainJobs({ limitMs: 10_000 })).toMatchObject({ failedForGood: 1 });
  expect(await gauge('once_jobs_waiting')).toBe(0);
  expect(await gauge('once_jobs_failed')).toBe(1);
  const shown = await runJobsCommand();
  expect(shown.output).toContain('1 failed');
  expect(shown.output).toMatch(/\d+ {2}send_mail/);
  expect(shown.output).toContain('uuid');
  const id = /^(\d+) {2}send_mail/m.exec(shown.output)?.[1] ?? '';

  expect((await runJobsCommand('retry', '987654321')).code).toBe(1);
  expect(await runJobsCommand('retry', id)).toEqual({ code: 0, output: '1 to be run again\n' });
  expect(await gauge('once_jobs_failed')).toBe(0);
  expect(await drainJobs({ limitMs: 10_000 })).toMatchObject({ failed: 1, failedForGood: 0 });

  await db().$executeRaw`UPDATE graphile_worker._private_jobs SET attempts = max_attempts`;
  expect(await runJobsCommand('drop', id)).toEqual({ code: 0, output: '1 dropped\n' });
  expect((await runJobsCommand()).output).toContain('0 failed');
});

test('jobs that wait for their next attempt are shown by task with the last error, and run now on request', async () => {
  // What broke: hundreds of emails that a mail server refused were shown as "for later", like jobs of tomorrow.
  await addPoison(25);
  await addPoison(25);
  await drainJobs({ limitMs: 10_000 });
  await db().$executeRaw`
    UPDATE graphile_worker._private_jobs SET run_at = now() + interval '6 hours' WHERE attempts > 0`;
  const shown = await runJobsCommand();
  expect(shown.output).toMatch(/^2 send_mail failed and will be tried again, the next one at 20.*Z$/m);
  expect(shown.output).toContain('uuid');
  expect(shown.output).toContain('npm run jobs -- hurry send_mail');

  const wrong = await runJobsCommand('hurry', 'announce');
  expect([wrong.code, wrong.output]).toEqual([1, expect.stringContaining('these wait: send_mail')]);
  expect(await drainJobs({ limitMs: 10_000 })).toMatchObject({ failed: 0 });
  expect(await runJobsCommand('hurry', 'send_mail')).toEqual({ code: 0, output: '2 to be run again now\n' });
  expect(await drainJobs({ limitMs: 10_000 })).toMatchObject({ failed: 2, failedForGood: 0 });
});

test('a poison job does not block the jobs behind it', async () => {
  const order = await placeOrder(await addProduct('BEHIND'));
  for (let index = 0; index < 5; index += 1) await addPoison(25);
  await announceLater(order);
  await drainJobs({ limitMs: 10_000 });
  expect(await db().mail.count({ where: { orderId: order.orderId } })).toBe(1);
});

test('jobs of a dead worker are free again after a time longer than any job takes', async () => {
  const order = await placeOrder(await addProduct('LOST'));
  await announceLater(order);
  const takenFor = (age: string) => db().$executeRaw`
    UPDATE graphile_worker._private_jobs SET locked_by = 'dead', locked_at = now() - ${age}::interval`;
  await takenFor('1 minute');
  await drainJobs({ limitMs: 10_000 });
  expect(await db().mail.count({ where: { orderId: order.orderId } })).toBe(0);
  await takenFor('3 minutes');
  await drainJobs({ limitMs: 10_000 });
  expect(await db().mail.count({ where: { orderId: order.orderId } })).toBe(1);
});

/** Reads of orders wait for this lock, so periodic jobs that begin with such a read stop there. */
const ordersLock = { statement: 'LOCK TABLE orders IN ACCESS EXCLUSIVE MODE', values: [] };

// What broke: the next minute's run takes the key of a job that is still taken, whose worker may be dead.
// Three killed workers left seven failed jobs, each for a person to check.
test('a periodic job whose worker was killed leaves no failed job', async () => {
  await whileLocked(shop.databaseUrl, ordersLock, async (isWaitedFor) => {
    await addPeriodic();
    await db().$executeRaw`UPDATE graphile_worker._private_jobs SET run_at = now()`;
    const worker = startWorker();
    await worker.ready;
    await until(isWaitedFor);
    await kill(worker.child);
  });
  await addPeriodic();
  const [taken] = await db().$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM graphile_worker.jobs WHERE locked_at IS NOT NULL`;
  expect(taken?.count).toBeGreaterThan(0);
  await db().$executeRaw`
    UPDATE graphile_worker._private_jobs SET locked_at = now() - interval '3 minutes' WHERE locked_at IS NOT NULL`;
  expect(await drainJobs({ limitMs: 10_000 })).toMatchObject({ failedForGood: 0 });
  expect(await gauge('once_jobs_failed')).toBe(0);
  expect((await runJobsCommand()).output).toContain('0 failed');
});

test('a periodic job that fails after the next one was queued leaves no failed job', async () => {
  await addPeriodic();
  await db().$executeRaw`
    UPDATE graphile_worker._private_jobs
    SET key = NULL, attempts = max_attempts, last_error = 'the database went away'`;
  await addPoison(1);
  await drainJobs({ limitMs: 10_000 });
  // Failed jobs that are not periodic are still shown.
  expect(await gauge('once_jobs_failed')).toBe(1);
  expect((await runJobsCommand()).output).toMatch(/\d+ {2}send_mail/);
});

test('the cron call runs jobs only with its secret', async () => {
  const order = await placeOrder(await addProduct('CRON'));
  for (const wrong of [undefined, 'Bearer ', `Bearer ${cronSecret}x`]) {
    const refused = await cron(wrong);
    expect(refused.status).toBe(401);
    expect(await refused.json()).toMatchObject({ code: 'token_required' });
  }
  expect(await db().mail.count({ where: { orderId: order.orderId } })).toBe(0);
  const response = await cron(`Bearer ${cronSecret}`);
  expect(response.status).toBe(200);
  // The notification, and the jobs of every minute.
  expect(await response.json()).toMatchObject({
    succeeded: 1 + periodicTasks.length,
    failed: 0,
    outOfTime: false,
  });
  expect(await db().mail.count({ where: { orderId: order.orderId } })).toBe(1);
});

test('jobs that have not started when the time is up are left for the next call', async () => {
  const order = await placeOrder(await addProduct('SHORT'));
  for (let index = 0; index < 200; index += 1) await announceLater(order);
  expect(await drainJobs({ limitMs: 1 })).toMatchObject({ outOfTime: true });
  const [left] = await db().$queryRaw<{ count: number; taken: number }[]>`
    SELECT count(*)::int AS count, count(locked_at)::int AS taken FROM graphile_worker.jobs`;
  expect(left?.count).toBeGreaterThan(100);
  expect(left?.taken).toBe(0);
});

test('a worker runs no job in a queue that a later version has changed', async () => {
  expect(await isQueueKnown()).toBe(true);
  onTestFinished(async () => {
    await db().$executeRaw`DELETE FROM graphile_worker.migrations WHERE id > 900`;
  });
  await db().$executeRaw`INSERT INTO graphile_worker.migrations (id, breaking) VALUES (901, false)`;
  expect(await isQueueKnown()).toBe(true);
  await db().$executeRaw`INSERT INTO graphile_worker.migrations (id, breaking) VALUES (902, true)`;
  await expect(isQueueKnown()).rejects.toThrow(UnknownQueue);
  const start = runWorker({ signal: AbortSignal.timeout(60_000), onReady: () => {} });
  await expect(start).rejects.toThrow(CannotWork);
});

test('a job that waits and is due soon is left as it is; one that is due later, or runs, is not enough', async () => {
  const job = { userId: randomUUID(), orderId: randomUUID(), attempt: 1 };
  const enqueue = () => addJob(db(), 'call_off_payment', job, { key: 'soon', unlessWaiting: true });
  const jobs = () => db().$queryRaw<{ key: string | null; revision: number; soon: boolean }[]>`
    SELECT key, revision, run_at <= now() + interval '1 second' AS soon
    FROM graphile_worker._private_jobs ORDER BY id`;
  await enqueue();
  const [first] = await jobs();
  await enqueue();
  expect(await jobs()).toEqual([first]);
  await db()
    .$executeRaw`UPDATE graphile_worker._private_jobs SET run_at = now() + interval '1 hour', attempts = 8`;
  await enqueue();
  expect(await jobs()).toMatchObject([{ key: 'soon', soon: true }]);
  await db().$executeRaw`UPDATE graphile_worker._private_jobs SET locked_at = now(), locked_by = 'a worker'`;
  await enqueue();
  expect(await jobs()).toMatchObject([{ key: null }, { key: 'soon', soon: true }]);
});
