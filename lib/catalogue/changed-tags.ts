import { catalogueTag } from '#lib/catalogue/tags.ts';
import { Prisma } from '#lib/generated/prisma/client.ts';
import { db } from '#lib/platform/database/db.ts';

/**
 * Reads which pages show something of the catalogue that has changed, as cache tags. Triggers write them
 * (`0016_catalogue_changes`), so they include changes by SQL and by imports.
 */

/** Rows per look, about half a megabyte. The next look reads the others. */
const maxRows = 10_000;

/** More tags than this mean all pages. Next compares every tag with those of each page that it serves. */
const maxTags = 500;

/**
 * How far back a process looks when it starts: it may serve pages of the build. Longer than `expireTime` in
 * next.config.ts: Next renders older pages again anyway.
 */
const firstLookSeconds = 2 * 3_600;

/** Where a reader continues. */
export interface ReadPosition {
  /** The oldest transaction that was open at the last look. */
  openSince: bigint;
  /** The rows of this and later transactions that were read: id and transaction. */
  known: ReadonlyMap<string, bigint>;
}

/**
 * The tags of changes that were committed since the last look, and where to continue. Rows are not
 * committed in the order of their ids, so a look reads all rows of transactions that were open at the
 * last one, except those that it knows. The first look returns the changes of the last two hours.
 */
export async function readChangedTags(
  last?: ReadPosition,
): Promise<{ tags: string[]; position: ReadPosition }> {
  const since = last
    ? Prisma.sql`xid >= ${last.openSince}::bigint AND id <> ALL (${[...last.known.keys()]}::bigint[])`
    : Prisma.sql`changed_at > now() - make_interval(secs => ${firstLookSeconds}::int)`;
  // One statement, so that the oldest open transaction and the rows belong to the same moment.
  const [look] = await db().$queryRaw<
    { openSince: bigint; changes: Record<'id' | 'xid' | 'tag', string>[] }[]
  >`
    SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS "openSince",
           (SELECT coalesce(json_agg(json_build_object('id', id::text, 'xid', xid::text, 'tag', tag)), '[]')
            FROM (SELECT id, xid, tag FROM catalogue_change WHERE ${since} ORDER BY id LIMIT ${maxRows}::int)
              AS change) AS changes`;
  const { openSince: oldest = 0n, changes = [] } = look ?? {};
  // The rows that did not fit belong to transactions since the last look.
  const openSince = changes.length < maxRows ? oldest : (last?.openSince ?? 0n);
  const read = changes.map(({ id, xid }) => [id, BigInt(xid)] as const);
  const known = [...(last?.known ?? []), ...read].filter(([, xid]) => xid >= openSince);
  return {
    tags: fewOrAll(changes.map(({ tag }) => tag)),
    position: { openSince, known: new Map(known) },
  };
}

/** The tags of changes of the last seconds, for a host that keeps nothing from one look to the next. */
export async function recentlyChangedTags(seconds: number): Promise<string[]> {
  const rows = await db().$queryRaw<{ tag: string }[]>`
    SELECT DISTINCT tag FROM catalogue_change
    WHERE changed_at > now() - make_interval(secs => ${seconds}::int) LIMIT ${maxTags + 1}::int`;
  return fewOrAll(rows.map(({ tag }) => tag));
}

function fewOrAll(tags: string[]): string[] {
  const different = [...new Set(tags)];
  return different.length > maxTags ? [catalogueTag] : different;
}
