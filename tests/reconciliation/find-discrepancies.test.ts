import { beforeAll, describe, expect, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import type { Discrepancy } from '#lib/reconciliation/discrepancy.ts';
import type { Run } from '#lib/reconciliation/runs.ts';
import { type Planted, plantsOf } from './plants.ts';
import { openReconciledShop, reconcileAll } from './reconciled-shop.ts';

/** Every kind of discrepancy is planted in the database or at the provider, among orders that are right. */

const shop = await openReconciledShop();
const { order } = shop;

const plants = plantsOf(shop);

describe('a comparison', () => {
  const planted: [string, Planted][] = [];
  let first: { run: Run; found: Discrepancy[] };

  beforeAll(async () => {
    for (let count = 0; count < 3; count += 1) await order(count === 0 ? 'invoice' : 'card');
    for (const [what, plant] of Object.entries(plants)) planted.push([what, await plant()]);
    first = await reconcileAll();
  });

  test.each(Object.keys(plants))('finds %s', (what) => {
    const [, wanted] = planted.find(([name]) => name === what) as [string, Planted];
    expect(first.found).toContainEqual(expect.objectContaining({ ...wanted, state: 'open' }));
  });

  test('finds nothing else', () => {
    const named = planted.map(([, wanted]) => expect.objectContaining(wanted));
    expect(first.found).toEqual(expect.arrayContaining(named));
    expect(first.found).toHaveLength(planted.length);
  });

  test('counts what it compared', async () => {
    const [counts] = await db().$queryRaw<object[]>`
      SELECT (SELECT count(*)::int FROM orders) AS orders, (SELECT count(*)::int FROM payment) AS payments,
             (SELECT count(*)::int FROM refund) AS refunds, (SELECT count(*)::int FROM stock) AS skus`;
    expect(first.run.checked).toMatchObject(counts ?? {});
  });

  test('finds nothing new the second time', async () => {
    const again = await reconcileAll();
    expect(again.found.map(({ id, version }) => [id, version])).toEqual(
      first.found.map(({ id, version }) => [id, version]),
    );
  });
});
