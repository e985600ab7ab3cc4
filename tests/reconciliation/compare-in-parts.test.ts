import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import { openClient } from '#lib/platform/database/db-session.ts';
import { discrepancyId } from '#lib/reconciliation/discrepancy.ts';
import { compareForeign, type ForeignPlace } from '#lib/reconciliation/find/compare.ts';
import { acceptAll, recordFindings, resolve } from '#lib/reconciliation/record.ts';
import { openReconciledShop } from './reconciled-shop.ts';

/** What may be many is compared in parts, and changed in one order. */

const { databaseUrl } = await openReconciledShop();

const by = { actor: { kind: 'operator', name: 'eva' }, note: 'x' } as const;

test('charges of other programs are compared in parts, each once, also those of the same moment', async () => {
  const at = '2026-05-03T10:00:00Z';
  await db().$executeRaw`
    INSERT INTO provider_entry (ref, created_at, kind, amount_minor, currency, settled_minor, fee_minor,
                                settled_currency, charge_ref)
    SELECT 'txn_' || n, ${at}::timestamptz + (n / 1500) * interval '1 ms', 'charge', 500, 'USD', 500, 0, 'USD', 'pi_' || n
    FROM generate_series(1, 2500) AS n`;
  const seen: (string | null)[] = [];
  const sizes: number[] = [];
  let after: ForeignPlace | undefined;
  do {
    const { found, last } = await compareForeign({ from: new Date(0), to: new Date() }, after);
    seen.push(...found.map(({ providerRef }) => providerRef));
    sizes.push(found.length);
    after = last;
  } while (after);
  expect(sizes).toEqual([1_000, 1_000, 500]);
  expect(new Set(seen).size).toBe(2_500);
});

test('discrepancies that are resolved and accepted at the same time do not deadlock', async () => {
  const finding = { kind: 'foreign_charge', userId: null, orderId: null, ours: null, theirs: null } as const;
  const findings = ['pi_a', 'pi_b', 'pi_c'].map((ref) => ({ ...finding, subject: ref, providerRef: ref }));
  // In the table they are in the other order.
  const byId = findings.toSorted((one, other) => (discrepancyId(one) < discrepancyId(other) ? 1 : -1));
  for (const one of byId) await recordFindings([one], by);
  const rows = await db().discrepancy.findMany({ orderBy: { id: 'asc' } });
  const [first, , last] = rows.map(({ id }) => id) as [string, string, string];
  // Another transaction locks in the order of ids, slowly.
  const other = await openClient({ connectionString: databaseUrl });
  await other.query('BEGIN');
  await other.query('SELECT FROM discrepancy WHERE id = $1 FOR UPDATE', [first]);
  // What broke: the rows were locked as they were found, so each waited for a row of the other.
  const resolved = resolve([last, first], by);
  await sleep(500);
  await other.query('SELECT FROM discrepancy WHERE id = $1 FOR UPDATE', [last]);
  await other.query('COMMIT');
  await other.end();
  expect(await resolved).toBe(2);
  await expect(acceptAll(rows, by)).rejects.toMatchObject({ code: 'invalid_request' });
});
