import { Prisma } from '#lib/generated/prisma/client.ts';
import type { StateGauges } from '#lib/platform/scrape/state-gauges.ts';

/** How old what a restore would lose is. Both are NaN for a server that does not archive its WAL. */
export const archiveState: StateGauges = {
  gauges: [
    {
      name: 'once_wal_archived_seconds',
      help: 'Age of the last WAL segment that was archived; of the counters when none was; NaN without an archive',
    },
    {
      name: 'once_wal_archive_failures',
      help: 'Failed tries to archive a WAL segment since the server reset its counters; NaN without an archive',
    },
  ],
  rows: Prisma.sql`
    WITH archiver AS (
      SELECT extract(epoch FROM now() - coalesce(last_archived_time, stats_reset))::float8 AS age,
             failed_count::float8 AS failures,
             current_setting('archive_mode') <> 'off' AND NOT pg_is_in_recovery() AS is_on
      FROM pg_stat_archiver)
    SELECT 'once_wal_archived_seconds' AS name, '{}'::json AS labels, CASE WHEN is_on THEN age END AS value
    FROM archiver
    UNION ALL
    SELECT 'once_wal_archive_failures', '{}'::json, CASE WHEN is_on THEN failures END FROM archiver`,
};
