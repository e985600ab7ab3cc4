import { Prisma } from '#lib/generated/prisma/client.ts';
import type { StateGauges } from '#lib/platform/scrape/state-gauges.ts';
import { discrepancyKinds } from '#lib/reconciliation/discrepancy.ts';

const kinds = Object.keys(discrepancyKinds);

/** What reconciliation has found, and when. */
export const discrepancyState: StateGauges = {
  gauges: [
    {
      name: 'once_discrepancies_open',
      help: 'Facts that two sides tell differently, by kind',
      labelNames: ['kind'],
    },
    {
      name: 'once_reconciled_seconds',
      help: 'How long ago the last reconciliation of all orders began, or the shop, if there was none',
    },
  ],
  rows: Prisma.sql`
    SELECT 'once_discrepancies_open' AS name, json_build_object('kind', of_kind) AS labels, count(id)::float8 AS value
    FROM unnest(${kinds}::text[]) AS of_kind LEFT JOIN discrepancy ON kind = of_kind AND state = 'open'
    GROUP BY of_kind
    UNION ALL
    SELECT 'once_reconciled_seconds', '{}'::json, extract(epoch FROM now() - coalesce(max(started_at), (
             SELECT min(finished_at) FROM _prisma_migrations)))::float8
    FROM reconciliation WHERE step = 'done' AND is_whole`,
};
