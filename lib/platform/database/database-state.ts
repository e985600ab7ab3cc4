import { Prisma } from '#lib/generated/prisma/client.ts';
import type { StateGauges } from '#lib/platform/scrape/state-gauges.ts';

/** What the server itself says about its sessions. */
export const databaseState: StateGauges = {
  gauges: [
    {
      name: 'once_database_connections',
      help: 'Sessions of this database by state; waiting_for_lock are also counted in their state',
      labelNames: ['state'],
    },
    { name: 'once_database_connections_max', help: 'Sessions that the server allows, of all its databases' },
    {
      name: 'once_database_oldest_transaction_seconds',
      help: 'Age of the oldest open transaction that this role can see',
    },
  ],
  rows: Prisma.sql`
    WITH session AS (
      SELECT coalesce(state, 'other') AS state, wait_event_type, xact_start FROM pg_stat_activity
      WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid())
    SELECT 'once_database_connections' AS name, json_build_object('state', state) AS labels, count(*)::float8 AS value
    FROM session GROUP BY state
    UNION ALL
    SELECT 'once_database_connections', json_build_object('state', 'waiting_for_lock'), count(*)
    FROM session WHERE wait_event_type = 'Lock'
    UNION ALL
    SELECT 'once_database_connections_max', '{}', current_setting('max_connections')::float8
    UNION ALL
    SELECT 'once_database_oldest_transaction_seconds', '{}',
           coalesce(extract(epoch FROM now() - min(xact_start)), 0) FROM session`,
};
