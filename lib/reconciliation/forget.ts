import type { Tx } from '#lib/platform/database/db.ts';

/** Deletes what old runs have left. What a person has decided is kept. */

/** Keeps the last whole run: a day may be closed because of it, and its age is a gauge. */
export function deleteRuns(tx: Tx, days: number, limit: number): Promise<number> {
  return tx.$executeRaw`
    DELETE FROM reconciliation USING (
      SELECT id FROM reconciliation
      WHERE finished_at < now() - make_interval(days => ${days}::int)
        AND id IS DISTINCT FROM (
          SELECT id FROM reconciliation WHERE step = 'done' AND is_whole ORDER BY started_at DESC LIMIT 1)
      ORDER BY finished_at LIMIT ${limit} FOR UPDATE SKIP LOCKED) AS old
    WHERE reconciliation.id = old.id`;
}

/** Discrepancies that are gone and that no person has repaired or accepted, with their history. */
export async function deleteResolved(tx: Tx, days: number, limit: number): Promise<number> {
  const old = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM discrepancy
    WHERE state = 'resolved' AND last_seen_at < now() - make_interval(days => ${days}::int) AND NOT EXISTS (
      SELECT FROM discrepancy_event e
      WHERE e.discrepancy_id = discrepancy.id AND (e.at > now() - make_interval(days => ${days}::int)
        OR e.actor_kind = 'operator' AND e.what IN ('repaired', 'accepted')))
    ORDER BY last_seen_at LIMIT ${limit} FOR UPDATE SKIP LOCKED`;
  if (old.length === 0) return 0;
  const ids = old.map(({ id }) => id);
  await tx.$executeRaw`DELETE FROM discrepancy_event WHERE discrepancy_id = ANY(${ids}::uuid[])`;
  return tx.$executeRaw`DELETE FROM discrepancy WHERE id = ANY(${ids}::uuid[])`;
}
