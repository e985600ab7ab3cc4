import type { RecordRows } from '#proof/chaos/checker/check-records.ts';
import type { Harness } from '#proof/harness/harness.ts';

/** A person who accepts a discrepancy in a test writes its version into the note, as they have read it. */
export const noteOfVersion = (version: number): string => `as in version ${version}`;

/** The shop's records of submissions, of the provider's balance and of reconciliations, without its constraints. */
export function readRecords({ withDatabase }: Pick<Harness, 'withDatabase'>): Promise<RecordRows> {
  return withDatabase(async (client) => {
    const copies = await client.query<RecordRows['copies'][number]>(
      `SELECT 'submission' AS table, format('submission %s', id) AS fact, count(*)::int AS rows
       FROM submission GROUP BY user_id, id HAVING count(*) > 1
       UNION ALL
       SELECT 'provider_entry', ref, count(*)::int FROM provider_entry GROUP BY ref HAVING count(*) > 1
       UNION ALL
       SELECT 'discrepancy', format('%s %s', kind, subject), count(*)::int
       FROM discrepancy GROUP BY kind, subject HAVING count(*) > 1
       UNION ALL
       SELECT 'day_close', format('%s %s %s, version %s', day, currency, method, version), count(*)::int
       FROM day_close GROUP BY day, currency, method, version HAVING count(*) > 1`,
    );
    const runs = await client.query<RecordRows['runs'][number]>(
      `SELECT id, orders AS compared, (
         SELECT count(*)::int FROM orders WHERE placed_at >= run.from_at AND placed_at < run.to_at) AS orders
       FROM reconciliation AS run WHERE finished_at IS NOT NULL`,
    );
    const acceptances = await client.query<RecordRows['acceptances'][number]>(
      `SELECT format('%s %s', kind, subject) AS subject, substring(note FROM $1)::int AS read, event.version - 1 AS was
       FROM discrepancy_event AS event JOIN discrepancy ON discrepancy.id = discrepancy_id
       WHERE what = 'accepted' AND note ~ $1`,
      [`^${noteOfVersion(0).replace('0', String.raw`(\d+)`)}$`],
    );
    return { copies: copies.rows, runs: runs.rows, acceptances: acceptances.rows };
  });
}
