import { Prisma } from '#lib/generated/prisma/client.ts';
import { type Actor, printActor } from '#lib/orders/actor.ts';
import { sql } from '#lib/platform/database/db.ts';
import { AppError } from '#lib/platform/errors.ts';
import {
  type Discrepancy,
  type DiscrepancyKind,
  discrepancyId,
  type Finding,
} from '#lib/reconciliation/discrepancy.ts';

/** Writes what was found. Every change of a discrepancy has an event: who, when, why. */

/** Who changes a discrepancy, in which run. */
export interface By {
  actor: Extract<Actor, { kind: 'operator' | 'job' }>;
  runId?: string | undefined;
  note?: string | undefined;
}

/** Told for the first time, again, or differently. What a person has accepted stays accepted until then. */
const isNews = Prisma.sql`(discrepancy.state = 'resolved'
  OR (discrepancy.ours, discrepancy.theirs) IS DISTINCT FROM (excluded.ours, excluded.theirs))`;

/** Writes one row for each fact, however often it is found. */
export async function recordFindings(found: readonly Finding[], by: By): Promise<void> {
  if (found.length === 0) return;
  const rows = found.map((finding) => ({ ...finding, id: discrepancyId(finding) }));
  await sql().$executeRaw`
    WITH seen AS (
      SELECT DISTINCT ON (id) * FROM json_to_recordset(${JSON.stringify(rows)}::json) AS row (
        id uuid, kind text, subject text, "userId" uuid, "orderId" uuid, "providerRef" text, ours jsonb, theirs jsonb)
    ), written AS (
      INSERT INTO discrepancy (id, kind, subject, user_id, order_id, provider_ref, ours, theirs)
      SELECT id, kind, subject, "userId", "orderId", "providerRef", ours, theirs FROM seen ORDER BY id
      ON CONFLICT (kind, subject) DO UPDATE
      SET last_seen_at = now(), ours = excluded.ours, theirs = excluded.theirs, provider_ref = excluded.provider_ref,
          state = CASE WHEN ${isNews} THEN 'open' ELSE discrepancy.state END,
          version = discrepancy.version + CASE WHEN ${isNews} THEN 1 ELSE 0 END
      RETURNING id, version
    )
    INSERT INTO discrepancy_event (discrepancy_id, version, what, ${eventColumns})
    SELECT id, version, CASE WHEN version = 1 THEN 'found' ELSE 'changed' END, ${eventValues(by)} FROM written
    ON CONFLICT (discrepancy_id, version) DO NOTHING`;
}

const eventColumns = Prisma.sql`actor, actor_kind, note, run_id`;

const eventValues = ({ actor, note, runId }: By) =>
  Prisma.sql`${printActor(actor)}, ${actor.kind}, ${note ?? null}, ${runId ?? null}::uuid`;

/** Marks open discrepancies as gone: a comparison of the same rows no longer finds them. */
export function resolve(ids: readonly string[], by: By): Promise<number> {
  return sql().$executeRaw`
    WITH locked AS MATERIALIZED (
      -- In the order of their ids, as those that are accepted or recorded together.
      SELECT id FROM discrepancy WHERE id = ANY(${ids}::uuid[]) AND state <> 'resolved' ORDER BY id FOR UPDATE),
    gone AS (
      UPDATE discrepancy SET state = 'resolved', version = version + 1
      WHERE id IN (SELECT id FROM locked) RETURNING id, version)
    INSERT INTO discrepancy_event (discrepancy_id, version, what, ${eventColumns})
    SELECT id, version, 'resolved', ${eventValues(by)} FROM gone`;
}

type Version = Pick<Discrepancy, 'id' | 'version'>;

/**
 * Marks discrepancies as explained by a person, all or none. Throws `invalid_request` without a note, and when one was
 * resolved or has changed since it was read.
 */
export async function acceptAll(discrepancies: readonly Version[], by: By): Promise<void> {
  if (!by.note)
    throw new AppError('invalid_request', { detail: 'Say why: an accepted discrepancy needs a note.' });
  const read = JSON.stringify(discrepancies.map(({ id, version }) => ({ id, version })));
  const changed = await sql().$executeRaw`
    WITH unchanged AS (
      SELECT id FROM discrepancy JOIN json_to_recordset(${read}::json) AS read (id uuid, version int) USING (id, version)
      WHERE state = 'open' ORDER BY id FOR UPDATE OF discrepancy),
    accepted AS (
      UPDATE discrepancy SET state = 'accepted', version = version + 1
      WHERE id IN (SELECT id FROM unchanged) AND (SELECT count(*) FROM unchanged) = ${discrepancies.length}::int
      RETURNING id, version)
    INSERT INTO discrepancy_event (discrepancy_id, version, what, ${eventColumns})
    SELECT id, version, 'accepted', ${eventValues(by)} FROM accepted`;
  if (changed < discrepancies.length) {
    const which =
      discrepancies.length === 1 ? 'The discrepancy' : `One of the ${discrepancies.length} discrepancies`;
    throw new AppError('invalid_request', {
      detail: `${which} is no longer open, or has changed meanwhile. Nothing was done; look again.`,
    });
  }
}

/** The same for one. */
export const accept = (discrepancy: Version, by: By): Promise<void> => acceptAll([discrepancy], by);

/** Notes that a repair of it was made. Whether that helped is found by comparing again. */
export async function noteRepair(id: string, by: By): Promise<void> {
  await sql().$executeRaw`
    WITH repaired AS (
      UPDATE discrepancy SET version = version + 1 WHERE id = ${id}::uuid RETURNING id, version)
    INSERT INTO discrepancy_event (discrepancy_id, version, what, ${eventColumns})
    SELECT id, version, 'repaired', ${eventValues(by)} FROM repaired`;
}

export const columns = Prisma.sql`
  id, kind, subject, state, version, user_id AS "userId", order_id AS "orderId", provider_ref AS "providerRef",
  ours, theirs, first_seen_at AS "firstSeenAt", last_seen_at AS "lastSeenAt"`;

/** The open discrepancies, oldest first. With `runId`, also those that the run has changed. */
export function readOpen(runId?: string): Promise<Discrepancy[]> {
  return sql().$queryRaw<Discrepancy[]>`
    SELECT ${columns} FROM discrepancy
    WHERE state = 'open' OR id IN (SELECT discrepancy_id FROM discrepancy_event WHERE run_id = ${runId ?? null}::uuid)
    ORDER BY first_seen_at, id`;
}

/**
 * Open discrepancies of these kinds in the order of their ids, without those on which repairs have not helped, and
 * without emails to a mailbox that does not exist: it would refuse them again.
 */
export function readRepairable({ kinds, after, maxTries, limit }: Repairable): Promise<Discrepancy[]> {
  return sql().$queryRaw<Discrepancy[]>`
    SELECT ${columns} FROM discrepancy
    WHERE state = 'open' AND kind = ANY(${kinds}::text[]) AND ours->>'status' IS DISTINCT FROM 'refused'
      AND id > ${after ?? '00000000-0000-0000-0000-000000000000'}::uuid AND (
      SELECT count(*) FILTER (WHERE what = 'repaired') FROM discrepancy_event e
      WHERE e.discrepancy_id = discrepancy.id AND e.version > (
        SELECT max(version) FROM discrepancy_event last
        WHERE last.discrepancy_id = discrepancy.id AND last.what IN ('found', 'changed'))) < ${maxTries}::int
    ORDER BY id LIMIT ${limit}::int`;
}

interface Repairable {
  kinds: readonly DiscrepancyKind[];
  /** The last id of the part before. */
  after: string | undefined;
  maxTries: number;
  limit: number;
}

/** At most two of those whose id begins with this, in lower case. */
export function readDiscrepancies(beginning: string): Promise<Discrepancy[]> {
  return sql().$queryRaw<Discrepancy[]>`
    SELECT ${columns} FROM discrepancy WHERE starts_with(id::text, ${beginning}) ORDER BY id LIMIT 2`;
}

export async function readDiscrepancy(id: string): Promise<Discrepancy | undefined> {
  const [row] = await sql().$queryRaw<
    Discrepancy[]
  >`SELECT ${columns} FROM discrepancy WHERE id = ${id}::uuid`;
  return row;
}
