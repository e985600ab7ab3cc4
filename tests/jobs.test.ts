import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { db } from '#lib/db.ts';
import { addJob } from '#lib/jobs/add-job.ts';
import { openTestShop } from '#tests/support/test-shop.ts';

await openTestShop();

interface QueuedJob {
  task: string;
  runAt: Date;
  attempts: number;
  maxAttempts: number;
}

const queued = (key: string) =>
  db().$queryRaw<QueuedJob[]>`
    SELECT task_identifier AS task, run_at AS "runAt", attempts::int, max_attempts::int AS "maxAttempts"
    FROM graphile_worker.jobs WHERE key = ${key}`;

const payment = () => ({ userId: randomUUID(), orderId: randomUUID(), attempt: 1 });

test('a job is enqueued with the transaction it is about, and not without it', async () => {
  const kept = randomUUID();
  const undone = randomUUID();
  const runAt = new Date(Date.now() + 60_000);
  await db().$transaction((tx) =>
    addJob(tx, 'settle_payment', payment(), { key: kept, runAt, maxAttempts: 7 }),
  );
  await expect(
    db().$transaction(async (tx) => {
      await addJob(tx, 'settle_payment', payment(), { key: undone });
      throw new Error('the order could not be written');
    }),
  ).rejects.toThrow('the order could not be written');
  expect(await queued(kept)).toEqual([{ task: 'settle_payment', runAt, attempts: 0, maxAttempts: 7 }]);
  expect(await queued(undone)).toEqual([]);
});

test('a job that has not begun is replaced by the next one of its key', async () => {
  const key = randomUUID();
  const later = new Date(Date.now() + 3_600_000);
  await db().$transaction((tx) => addJob(tx, 'settle_payment', payment(), { key }));
  await db().$transaction((tx) => addJob(tx, 'settle_payment', payment(), { key, runAt: later }));
  expect(await queued(key)).toMatchObject([{ runAt: later }]);
});
