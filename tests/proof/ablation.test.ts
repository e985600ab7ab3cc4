import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { allShields } from '#proof/ablation/guards.ts';
import { openTestBuild } from '#proof/ablation/test-build.ts';
import { perform } from '#proof/ablation/trial.ts';

/**
 * A short selection of `npm run ablate` (docs/ablation.md): the database alone keeps the promises, and
 * without its constraints they break.
 */

const folder = await mkdtemp(path.join(os.tmpdir(), 'once-ablation-'));
const testBuild = await openTestBuild({ shopLog: path.join(folder, 'shop.log') });
afterAll(async () => {
  await testBuild.close();
  await rm(folder, { recursive: true, force: true });
});

const kindsOf = ({ found }: Awaited<ReturnType<typeof perform>>) => new Set(found.map(({ kind }) => kind));

test('without the other guards and the check for an existing order, the unique keys alone make one order of each cart', async () => {
  const without = [...allShields, 'existingOrder', 'cartStatus'] as const;
  const outcome = await perform(testBuild, { workload: 'duplicates', without });
  expect(outcome.found).toEqual([]);
  expect(outcome.complaints).toEqual([]);
  expect(outcome.work).toMatchObject({ sent: 8, orders: 8 });
  // More than with the guards, which let one through: there was something to refuse.
  expect(outcome.work.written).toBeGreaterThan(2);
});

test('without these keys and the derived order id, a cart is ordered twice, and the checks notice it', async () => {
  const without = [
    ...allShields,
    'existingOrder',
    'cartStatus',
    'uniqueToken',
    'uniqueCart',
    'orderIdentity',
  ] as const;
  const outcome = await perform(testBuild, { workload: 'duplicates', without });
  expect(kindsOf(outcome)).toContain('cart_ordered_twice');
  expect(kindsOf(outcome)).toContain('token_of_two_orders');
});

test('without the stock checks in code and in the database, the last unit is sold twice, and the checks notice it', async () => {
  const outcome = await perform(testBuild, {
    workload: 'lastOne',
    without: ['stockLook', 'planCheck', 'stockCheck'],
  });
  expect(kindsOf(outcome)).toEqual(new Set(['oversold']));
});

test('a release of stock that runs twice releases once, and without the key of the ledger the checks notice that it did not', async () => {
  const workload = 'cancelledOnce';
  const kept = await perform(testBuild, { workload, without: ['releaseInEnd'] });
  expect(kept.found).toEqual([]);
  expect(kept.complaints).toEqual([]);
  const broken = await perform(testBuild, { workload, without: ['releaseInEnd', 'stockTurn'] });
  expect(kindsOf(broken)).toEqual(new Set(['stock_not_conserved', 'ledger_differs']));
}, 60_000);

test('a difference between stock and ledger is booked once by two operators, and twice without its lock', async () => {
  const workload = 'bookedTwice';
  expect((await perform(testBuild, { workload, without: [] })).found).toEqual([]);
  expect(kindsOf(await perform(testBuild, { workload, without: ['bookLock'] }))).toEqual(
    new Set(['ledger_differs']),
  );
}, 60_000);
