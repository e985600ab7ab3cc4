import { expect, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import type { Discrepancy } from '#lib/reconciliation/discrepancy.ts';
import { acceptAll } from '#lib/reconciliation/record.ts';
import { nameOf, readSelected } from '#lib/reconciliation/select-open.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import { runReconcile as run } from './reconcile-command.ts';
import { openReconciledShop, reconcileAll } from './reconciled-shop.ts';

/** `npm run reconcile -- accept <kind>`, as typed: a person accepts many discrepancies with one reason. */

const { charge } = await openReconciledShop();

const change = (sku: string, units: number) =>
  db().$executeRaw`UPDATE stock SET available = available + ${units}::int WHERE sku = ${sku}`;

async function changes(sku: string, count: number): Promise<string> {
  await addProduct(sku);
  for (let time = 1; time <= count; time += 1) await change(sku, time);
  return sku;
}

const statesOf = async (about: string) => {
  const rows = await db().$queryRaw<{ state: string }[]>`
    SELECT state FROM discrepancy WHERE ours::text LIKE ${`%${about}%`} ORDER BY state`;
  return rows.map(({ state }) => state);
};
const codeIn = (text: string) => /--yes (\S+)/.exec(text)?.[1] ?? '';
const because = ['--note', 'import of 3 May', '--by', 'eva'];

test('those that were listed are accepted together, and no others', async () => {
  const [imported, other] = [await changes('IMPORTED', 12), await changes('OTHER', 2)];
  await charge(700);
  await reconcileAll();
  const asked = ['accept', 'stock_unexplained', '--about', imported, ...because];

  const shown = await run(...asked);
  expect(shown).toMatchObject({ code: 1, err: '' });
  expect(shown.out).toMatch(/^12 open of the kind stock_unexplained: stock was changed without a note\./);
  expect(shown.out).toContain('accepts these 12, by eva, because: import of 3 May');
  expect(shown.out).not.toContain(other);
  expect(await statesOf(imported)).toEqual(Array(12).fill('open'));

  expect(await run(...asked, '--yes', codeIn(shown.out))).toMatchObject({
    code: 0,
    out: expect.stringContaining('Accepted 12'),
  });
  expect(await statesOf(imported)).toEqual(Array(12).fill('accepted'));
  expect(await statesOf(other)).toEqual(['open', 'open']);
  const events = await db().discrepancyEvent.groupBy({
    by: ['actor', 'actorKind', 'note'],
    where: { what: 'accepted' },
    _count: true,
  });
  expect(events).toEqual([
    { actor: 'operator:eva', actorKind: 'operator', note: 'import of 3 May', _count: 12 },
  ]);
  expect((await reconcileAll()).found.map(({ kind }) => kind).sort()).toEqual([
    'foreign_charge',
    'stock_unexplained',
    'stock_unexplained',
  ]);
  // A second time there is nothing left to accept.
  expect(await run(...asked, '--yes', codeIn(shown.out))).toMatchObject({
    code: 0,
    out: expect.stringMatching(/Nothing was changed/),
  });
});

test('a list that has grown since it was read is refused as a whole', async () => {
  const sku = await changes('GROWING', 2);
  await reconcileAll();
  const asked = ['accept', 'stock_unexplained', '--about', sku, ...because];
  const shown = await run(...asked);
  await change(sku, 99);
  await reconcileAll();
  expect(await run(...asked, '--yes', codeIn(shown.out))).toMatchObject({
    ...{ code: 2, out: '' },
    err: expect.stringMatching(/is not the list .* Nothing was changed/),
  });
  expect(await statesOf(sku)).toEqual(['open', 'open', 'open']);
});

test('one that changes between the list and the write keeps all of them open', async () => {
  const sku = await changes('CHANGING', 3);
  await reconcileAll();
  const { selected, count } = await readSelected({ kind: 'stock_unexplained', about: sku });
  expect([selected.length, count]).toEqual([3, 3]);
  const [first] = selected as [Discrepancy];
  const changed = selected.map((one) => (one === first ? { ...one, version: one.version + 1 } : one));
  expect(nameOf(changed)).not.toBe(nameOf(selected));
  const by = { actor: { kind: 'operator', name: 'eva' }, note: 'x' } as const;
  await expect(acceptAll(changed, by)).rejects.toMatchObject({ code: 'invalid_request' });
  expect(await statesOf(sku)).toEqual(['open', 'open', 'open']);
});

test('a filter by time, and by a text that has wildcards', async () => {
  const sku = await changes('A%_B', 1);
  await changes('AxxB', 1);
  await reconcileAll();
  const kind = 'stock_unexplained';
  expect((await readSelected({ kind, about: sku })).count).toBe(1);
  const later = new Date(Date.now() + 60_000);
  expect((await readSelected({ kind, about: sku, from: later })).count).toBe(0);
  expect((await readSelected({ kind, about: sku, to: later })).count).toBe(1);
});

test.each([
  ['no reason', ['accept', 'stock_unexplained'], /--note/],
  ['a kind that does not exist', ['accept', 'stock_explained', ...because], /Name a discrepancy by its id/],
  ['--yes for another command', ['days', '--yes', '1'], /--yes is only for accept/],
  ['--yes without a code', ['accept', 'stock_unexplained', ...because, '--yes'], /--yes/],
  [
    '--about for a single one',
    ['accept', '5c1f0c52-0000-8000-8000-000000000000', '--about', 'x', ...because],
    /--about and --yes are for accept <kind>/,
  ],
])('%s is refused, and nothing is changed', async (_, args, message) => {
  expect(await run(...args)).toMatchObject({ code: 2, out: '', err: expect.stringMatching(message) });
});
