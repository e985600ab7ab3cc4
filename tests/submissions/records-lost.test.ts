import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { hostname } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import { recordSubmission, writeRecords } from '#lib/submissions/record-submission.ts';
import { callHandlers, callUrl } from '#proof/harness/shopper/call.ts';
import { Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { choosePort } from '#scripts/services/ports.ts';
import { keepLogLines } from '#tests/support/log-lines.ts';
import { metricsEnv, readMetrics } from '#tests/support/metrics.ts';
import { takeAway } from '#tests/support/services/database.ts';
import { startShopProcess } from '#tests/support/shop/another-process.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

/** Records may be lost or late. Orders are not. */

const shop = await openTestShop({ env: metricsEnv });

const recordsOf = ({ userId }: Shopper) =>
  db().submission.findMany({ where: { userId }, orderBy: { at: 'asc' } });

async function lost(): Promise<number> {
  return Number((await readMetrics()).match(/^once_submission_records_lost_total (\d+)/m)?.[1]);
}

/** The same session at another process. */
function through(shopper: Shopper, url: string): Shopper {
  const same = new Shopper(callUrl(url));
  same.cookie = shopper.cookie;
  return same;
}

test('a double submission at two processes is one order, and each process records its answer', async () => {
  const [one, other] = await Promise.all([startShopProcess(), startShopProcess()]);
  const shopper = await shopperWith(callHandlers, await addProduct('BOTH'));
  const body = await shopper.body();
  const answers = await Promise.all(
    [one, other].map(({ url }) => through(shopper, url).orderUntilSettled(body)),
  );
  expect(answers.map(({ status }) => status)).toEqual([201, 201]);
  // Both write by themselves, within a second.
  await expect.poll(async () => (await recordsOf(shopper)).length).toBeGreaterThanOrEqual(2);
  const records = await recordsOf(shopper);
  const answered = records.filter(({ status }) => status === 201);
  const found = answered.map(({ layer, outcome }) => `${layer} ${outcome}`);
  expect(found).toHaveLength(2);
  expect(found).toContain('order_writer accepted');
  // The database, if the machine is so busy that the wait for the claim was over.
  expect(found).toContainEqual(expect.stringMatching(/^(redis|database) replayed$/));
  expect(new Set(answered.map(({ process }) => process)).size).toBe(2);
});

test('a killed process loses the records of its last second, and nothing else', async () => {
  const { child, url } = await startShopProcess();
  const early = await shopperWith(callUrl(url), await addProduct('EARLY'));
  expect((await early.order(await early.body())).status).toBe(201);
  await expect.poll(async () => (await recordsOf(early)).length).toBe(1);

  const late = await shopperWith(callUrl(url), 'EARLY');
  const body = await late.body();
  const answer = await (await late.order(body)).text();
  child.kill('SIGKILL');
  expect(await recordsOf(early)).toHaveLength(1);
  const again = await through(late, (await startShopProcess()).url).order(body);
  expect([again.status, await again.text()]).toEqual([201, answer]);
  expect(await db().order.count({ where: { userId: late.userId } })).toBe(1);
  await expect.poll(async () => (await recordsOf(late)).map(({ outcome }) => outcome)).toContain('replayed');
});

test('a process that is asked to stop writes its records first', async () => {
  const port = await choosePort();
  const main = path.resolve('proof/harness/processes/app-process.ts');
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, PORT: String(port), HOST: '127.0.0.1' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const call = callUrl(`http://127.0.0.1:${port}`);
  await expect.poll(async () => (await call('/api/health')).status).toBe(200);
  const shopper = await shopperWith(call, await addProduct('STOPPED'));
  const body = await shopper.body();
  const before = Date.now();
  expect((await shopper.order(body)).status).toBe(201);
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
  const [record] = await recordsOf(shopper);
  expect(record).toMatchObject({
    layer: 'order_writer',
    process: `${hostname()}:${child.pid}`,
  });
  expect(record?.at.getTime()).toBeGreaterThanOrEqual(before - 1_000);
});

test('a table of records that is locked delays no order, and is written afterwards', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('LOCKED'));
  let writing: Promise<void> | undefined;
  await db().$transaction(
    async (tx) => {
      await tx.$executeRaw`LOCK TABLE submission IN ACCESS EXCLUSIVE MODE`;
      const body = await shopper.body();
      expect((await shopper.order(body)).status).toBe(201);
      writing = writeRecords();
      expect((await shopper.order(body)).status).toBe(201);
    },
    { timeout: 60_000 },
  );
  await writing;
  await writeRecords();
  expect((await recordsOf(shopper)).map(({ outcome }) => outcome)).toEqual(['accepted', 'replayed']);
});

test('records wait for a database that is away, and each is written once', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('AWAY'));
  const body = await shopper.body();
  await shopper.order(body);
  const before = Date.now();
  const away = await takeAway(shop.databaseUrl);
  await writeRecords();
  await away.giveBack();
  await expect
    .poll(async () => {
      await writeRecords();
      return (await recordsOf(shopper)).map(({ outcome }) => outcome);
    })
    .toEqual(['accepted']);
  // When the request came, not when it could be written.
  const [record] = await recordsOf(shopper);
  expect(record?.at.getTime()).toBeLessThan(before);
});

test('each submission has its line while the database takes no records', async () => {
  // What broke: lines were written when records were taken for the database, so after the first 256 there were none.
  const lines = keepLogLines();
  const answered = () => lines.filter(({ msg }) => msg === 'submission answered');
  const away = await takeAway(shop.databaseUrl);
  for (const count of [1, 2, 3]) {
    recordSubmission(
      { layer: 'redis', submitted: { userId: randomUUID(), orderId: randomUUID(), attempt: 1 } },
      { requestId: `outage-${count}`, status: 201, outcome: 'replayed', beganAt: performance.now() },
    );
    await writeRecords();
    expect(answered().map(({ requestId }) => requestId)).toHaveLength(count);
  }
  await away.giveBack();
  await expect
    .poll(async () => {
      await writeRecords();
      return db().submission.count({ where: { requestId: { startsWith: 'outage-' } } });
    })
    .toBe(3);
  expect(answered()).toHaveLength(3);
});

test('what a full buffer drops is counted and logged', async () => {
  const lines = keepLogLines();
  const before = await lost();
  const submitted = () => ({ userId: randomUUID(), orderId: randomUUID(), attempt: 1 });
  // All within one turn of the event loop, so none is written meanwhile.
  for (let count = 0; count < 8_192 + 5; count += 1) {
    recordSubmission(
      { layer: 'redis', submitted: submitted() },
      { requestId: 'too-many', status: 201, outcome: 'replayed', beganAt: performance.now() },
    );
  }
  await writeRecords();
  expect((await lost()) - before).toBe(5);
  expect(lines.filter(({ msg }) => `${msg}`.includes('were dropped'))).toMatchObject([{ records: 5 }]);
  expect(await db().submission.count({ where: { requestId: 'too-many' } })).toBe(8_192);
});

test('a table that refuses records costs no order: they are lost, counted and logged', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('REFUSED'));
  const lines = keepLogLines();
  const before = await lost();
  await db().$executeRaw`ALTER TABLE submission RENAME TO submission_aside`;
  expect((await shopper.order(await shopper.body())).status).toBe(201);
  await writeRecords();
  await db().$executeRaw`ALTER TABLE submission_aside RENAME TO submission`;
  expect((await lost()) - before).toBe(1);
  expect(lines.map(({ msg }) => msg)).toContain('records of submissions were refused');
  await shopper.put('REFUSED', 1);
  expect((await shopper.order(await shopper.body({ confirmDuplicate: true }))).status).toBe(201);
  await writeRecords();
  expect(await recordsOf(shopper)).toHaveLength(1);
});

test('a flood of copies is counted completely in a few rows', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('FLOOD'));
  const body = await shopper.body();
  await Promise.all(Array.from({ length: 400 }, () => shopper.order(body)));
  await writeRecords();
  const records = await recordsOf(shopper);
  expect(records.reduce((sum, { copies }) => sum + copies, 0)).toBe(400);
  expect(records.length).toBeLessThan(150);
});
