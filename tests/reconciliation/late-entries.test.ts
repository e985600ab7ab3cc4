import { expect, test } from 'vitest';
import { reconcile } from '#lib/reconciliation/reconcile.ts';
import { readOpen } from '#lib/reconciliation/record.ts';
import { openReconciledShop, reconcileAll, stranger } from './reconciled-shop.ts';

/** Entries that the provider lists long after their own time. */

const { simulator } = await openReconciledShop();

const hourMs = 3_600_000;

async function chargedBefore(hours: number): Promise<string> {
  const id = `pi_late${hours}`;
  const charge = { id, amount: 500, currency: 'usd', attempt: 1, createdMs: Date.now() - hours * hourMs };
  await simulator.plant([{ ...charge, ...stranger() }]);
  return id;
}

const refsOf = (found: { providerRef: string | null }[]) => found.map(({ providerRef }) => providerRef);

test('an entry that comes within a day is copied by the next run', async () => {
  await reconcileAll();
  // What broke: the next run listed the last ten minutes again, and no run ever listed the rest.
  const late = await chargedBefore(3);
  expect(refsOf((await reconcileAll()).found)).toEqual([late]);
});

test('a run from a date lists everything since then again', async () => {
  const late = await chargedBefore(100);
  expect(refsOf((await reconcileAll()).found)).not.toContain(late);
  const actor = { kind: 'operator', name: 'eva' } as const;
  const from = new Date(Date.now() - 120 * hourMs);
  const asked = { actor, from, repairs: false, untilMs: Number.POSITIVE_INFINITY, settlingMs: 50 };
  const run = await reconcile(asked);
  expect(run).toMatchObject({ isWhole: false, step: 'done' });
  expect(refsOf(await readOpen())).toContain(late);
});
