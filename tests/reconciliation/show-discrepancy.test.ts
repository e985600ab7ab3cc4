import { expect, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import { runReconcile } from './reconcile-command.ts';
import { metadataOf, openReconciledShop, reconcileAll, stranger } from './reconciled-shop.ts';

/** What an operator reads about a discrepancy, and what they have to know before they repair it. */

const { simulator, order, charge, sku } = await openReconciledShop();

const numberOf = async (id: string) => (await db().order.findFirstOrThrow({ where: { id } })).number;

test('the list names orders by their number, and a discrepancy is shown by the beginning of its id', async () => {
  const refunded = await order();
  await simulator.dashboard.refund(refunded.ref, 300);
  const number = await numberOf(refunded.orderId);
  const { out } = await runReconcile();
  expect(out).toMatch(new RegExp(`refund_differs .* order ${number}$`, 'm'));

  const id = /^ {2}(\S+) {2}refund_differs/m.exec(out)?.[1] ?? '';
  const shown = await runReconcile('show', id.slice(0, 8).toUpperCase());
  expect(shown).toMatchObject({ code: 0, out: expect.stringContaining(`npm run order -- proof ${number}`) });
  expect(shown.out).toContain(`npm run reconcile -- repair ${id} --note "why"`);

  // What broke: a repaired one still offered its repair, which was then refused.
  expect(await runReconcile('repair', id.slice(0, 8))).toMatchObject({ code: 0 });
  const repaired = await runReconcile('show', id);
  expect(repaired.out).toMatch(/^refund_differs {2}resolved/);
  expect(repaired.out).not.toContain('npm run reconcile --');
});

test('what a person has to do first is shown before the repair', async () => {
  await charge(5_000, metadataOf(stranger()));
  await db().$executeRaw`ALTER TABLE stock DISABLE TRIGGER USER`;
  await db().$executeRaw`UPDATE stock SET available = available + 30 WHERE sku = ${sku}`;
  await db().$executeRaw`ALTER TABLE stock ENABLE TRIGGER USER`;
  const { found } = await reconcileAll();
  const shownOf = async (kind: string) => {
    const one = found.find((discrepancy) => discrepancy.kind === kind && discrepancy.state === 'open');
    return (await runReconcile('show', one?.id ?? '')).out;
  };
  // What broke: the repair makes the books agree with a wrong stock, and nothing told the operator to count.
  expect(await shownOf('stock_differs')).toMatch(/Count the item first\..*\n.* repair /);
  const lost = await shownOf('charge_without_order');
  expect(lost).toMatch(/If the database was restored .* wait a day/);
  // What broke: it recommended a command that says that there is no such order.
  expect(lost).toContain('which does not exist here');
  expect(lost).not.toContain('npm run order');
});

test('an unknown id, one that is too short and one that is not unique are refused with what to do', async () => {
  await db().$executeRaw`
    INSERT INTO discrepancy (id, kind, subject, state)
    SELECT ('abcd0000-0000-4000-8000-00000000000' || n)::uuid, 'foreign_charge', 'pi_' || n, 'open'
    FROM generate_series(1, 2) AS n`;
  expect(await runReconcile('show', 'abcd')).toMatchObject({
    code: 2,
    err: expect.stringContaining('more than one discrepancy begins with abcd'),
  });
  expect(await runReconcile('show', 'abc')).toMatchObject({
    code: 2,
    err: expect.stringContaining('Name a discrepancy by its id'),
  });
  expect(await runReconcile('show', '%%%%')).toMatchObject({ code: 2 });
  expect(await runReconcile('show', '12345678')).toMatchObject({
    code: 2,
    err: expect.stringContaining('there is no discrepancy 12345678'),
  });
});
