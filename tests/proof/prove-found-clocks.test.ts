import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import { periodicKey, periodicTasks } from '#lib/worker/tasks.ts';
import { callHandlers, callUrl } from '#proof/harness/shopper/call.ts';
import { type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { cardBody, orderOf } from '#tests/support/money.ts';
import { startWorker } from '#tests/support/services/worker.ts';
import { startShopProcess } from '#tests/support/shop/another-process.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct } from '#tests/support/shop/shop.ts';

/** Failures that `npm run prove` found with wrong process clocks (docs/proof.md). */

const { simulator } = await openPayingShop({ RATE_LIMIT_SHOPPER_PER_MIN: '1' });

const hourMs = 3_600_000;

const byKey = (one: { key: string }, other: { key: string }) => (one.key < other.key ? -1 : 1);

/** Variables that make a process's clock wrong by this many milliseconds. */
async function clockOff(ms: number): Promise<Record<string, string>> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'once-clock-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'clock');
  await writeFile(file, String(ms));
  const preload = path.resolve(import.meta.dirname, '../../proof/harness/processes/moved-clock.ts');
  return { CLOCK_FILE: file, NODE_OPTIONS: `--import=${preload}` };
}

/** The same shopper at another process. */
function at(url: string, shopper: Shopper): Shopper {
  return Object.assign(Object.create(shopper) as Shopper, { call: callUrl(url) });
}

// What broke: such a process treated every payment as older than the provider's key. It called the card
// declined and never charged it.
test('a process whose clock is a day ahead charges a card', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('AHEAD'));
  const ahead = await startShopProcess(await clockOff(30 * hourMs));
  const response = await at(ahead.url, shopper).order(await cardBody(shopper));
  expect(response.status).toBe(201);
  expect(await orderOf(shopper)).toMatchObject({ status: 'paid' });
});

// What broke: such a process used the key again, so the order could be charged a second time.
test('a process whose clock is hours behind does not reuse a key that the provider has forgotten', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('BEHIND'));
  const body = await cardBody(shopper);
  simulator.addFault({
    kind: 'timeout_before',
    times: 9,
    on: { method: 'POST', path: '^/v1/payment_intents$' },
  });
  await shopper.order(body);
  simulator.clearFaults();
  const { id } = await orderOf(shopper);
  const uses = simulator.usesOfKey(`order:${id}:1`);
  await db().$executeRaw`
    UPDATE payment SET status = 'created', created_at = now() - interval '25 hours' WHERE order_id = ${id}::uuid`;
  await db().$executeRaw`
    UPDATE orders SET status = 'payment_pending', accepted_at = NULL WHERE id = ${id}::uuid`;
  const behind = await startShopProcess(await clockOff(-5 * hourMs));
  await at(behind.url, shopper).order(body);
  expect(simulator.usesOfKey(`order:${id}:1`)).toBe(uses);
});

// What broke: a shopper over the limit was told to wait for as long as the clock had been ahead.
test('a process whose clock was ahead makes no shopper wait for hours', async () => {
  const shopper = await shopperWith(callHandlers, await addProduct('HASTY', { available: 1 }));
  const ahead = await startShopProcess(await clockOff(3 * hourMs));
  const body = await shopper.body();
  await shopper.put('HASTY', 2);
  expect((await at(ahead.url, shopper).order(body)).status).toBe(409);
  const response = await shopper.order(await shopper.body());
  expect(response.status).toBe(429);
  expect(Number(response.headers.get('retry-after'))).toBeLessThanOrEqual(60);
});

// What broke: after such a worker had started, these jobs ran in no worker for hours.
test('a worker whose clock was ahead does not delay the jobs that run every minute', async () => {
  await startWorker(await clockOff(3 * hourMs)).ready;
  const due = await db().$queryRaw<{ key: string; soon: boolean }[]>`
    SELECT key, run_at <= now() + interval '1 minute' AS soon FROM graphile_worker.jobs
    WHERE key LIKE 'every_minute:%' ORDER BY key`;
  expect(due).toEqual(periodicTasks.map((name) => ({ key: periodicKey(name), soon: true })).toSorted(byKey));
});
