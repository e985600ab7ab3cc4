import { expect, test } from 'vitest';
import { openClient } from '#lib/platform/database/db-session.ts';
import { chargesOf, fillWithOrders } from '#proof/bench/load/fill.ts';
import { isFull } from '#tests/support/matrix.ts';
import { type Planted, plantsOf } from './plants.ts';
import { openReconciledShop, reconcileAll } from './reconciled-shop.ts';

/** Each kind, twice, among 100,000 orders that are right; a sample of 5,000 in `npm test`. */

const orders = isFull ? 100_000 : 5_000;

const shop = await openReconciledShop({ RECONCILE_READS_PER_SECOND: '1000' });

// Planting takes most of the time.
test('finds all discrepancies among many orders, invents none, and finds nothing new the second time', async () => {
  const client = await openClient({ connectionString: shop.databaseUrl });
  await fillWithOrders(client, [shop.sku], orders, { say: () => undefined, method: 'card' });
  await shop.simulator.plant(await chargesOf(client));
  await client.end();
  const planted: Planted[] = [];
  const plants = plantsOf(shop);
  for (let time = 0; time < 2; time += 1)
    for (const plant of Object.values(plants)) {
      // Items have names of their own, so stock is planted once.
      if (time === 0 || !/addProduct/.test(String(plant))) planted.push(await plant());
    }

  const { run, found } = await reconcileAll();
  expect(run.checked.orders).toBeGreaterThan(orders);
  for (const wanted of planted) expect(found).toContainEqual(expect.objectContaining(wanted));
  expect(found).toHaveLength(planted.length);

  const again = await reconcileAll();
  expect(again.found.map(({ id, version }) => [id, version])).toEqual(
    found.map(({ id, version }) => [id, version]),
  );
}, 560_000);
