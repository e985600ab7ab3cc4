import { createHash } from 'node:crypto';
import { sql } from '#lib/platform/database/db.ts';
import type { Discrepancy, DiscrepancyKind } from '#lib/reconciliation/discrepancy.ts';
import { columns } from '#lib/reconciliation/record.ts';

/** Which discrepancies a person explains together, because they have one reason. */

/** Which open discrepancies to explain together. */
export interface Selection {
  kind: DiscrepancyKind;
  /** A text that the subject, the provider's id or one of the two sides contains. */
  about?: string | undefined;
  /** First seen from then on, and before. */
  from?: Date | undefined;
  to?: Date | undefined;
}

/** As many as a person can look through. */
export const maxAccepted = 1_000;

/** The oldest ones, and how many there are in all. */
export async function readSelected({
  kind,
  about = '',
  from,
  to,
}: Selection): Promise<{ selected: Discrepancy[]; count: number }> {
  const rows = await sql().$queryRaw<(Discrepancy & { count: number })[]>`
    SELECT ${columns}, (count(*) OVER ())::int AS count FROM discrepancy
    WHERE state = 'open' AND kind = ${kind}
      AND (${about} = '' OR strpos(concat_ws(' ', subject, provider_ref, ours::text, theirs::text), ${about}) > 0)
      AND first_seen_at >= ${from ?? new Date(0)} AND (${to ?? null}::timestamptz IS NULL OR first_seen_at < ${to ?? null})
    ORDER BY first_seen_at, id LIMIT ${maxAccepted}::int`;
  return { selected: rows.map(({ count: _, ...one }) => one), count: rows[0]?.count ?? 0 };
}

/** Names these discrepancies as they are now. Another list, or a change of one of them, has another name. */
export function nameOf(discrepancies: readonly Pick<Discrepancy, 'id' | 'version'>[]): string {
  const told = discrepancies.map(({ id, version }) => `${id} ${version}`).sort();
  const hash = createHash('sha256').update(told.join('\n')).digest('hex');
  return `${discrepancies.length}-${hash.slice(0, 12)}`;
}
