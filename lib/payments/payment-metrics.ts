import { Prisma } from '#lib/generated/prisma/client.ts';
import { counter } from '#lib/platform/metrics.ts';
import type { StateGauges } from '#lib/platform/scrape/state-gauges.ts';

const events = counter({
  name: 'once_provider_events_total',
  help: 'Events of the payment provider by how they came (webhook, list) and result (applied, already_applied, ignored, failed)',
  labelNames: ['source', 'result'],
});

export function countEvent(
  source: 'webhook' | 'list',
  result: 'applied' | 'already_applied' | 'ignored' | 'failed',
): void {
  events.inc({ source, result });
}

/**
 * Money that needs time or an operator. Every part of the statement has an index that holds only its rows,
 * but for the first card payment, which is looked for only while no event was ever read.
 */
export const paymentState: StateGauges = {
  gauges: [
    {
      name: 'once_unmatched_charges',
      help: 'Charges that hold money at the payment provider and match no order',
    },
    { name: 'once_disputes_open', help: 'Disputes, early fraud warnings and reviews that are open' },
    {
      name: 'once_disputes_due_soon',
      help: 'Open disputes without an answer whose evidence is due within three days',
    },
    {
      name: 'once_payments_returning',
      help: 'Payments whose whole refund the provider has not confirmed',
    },
    {
      name: 'once_payments_open',
      help: 'Payments without an end, by status',
      labelNames: ['status'],
    },
    {
      name: 'once_payments_open_oldest_seconds',
      help: 'Age of the oldest payment without an end, by status',
      labelNames: ['status'],
    },
    {
      name: 'once_holds_overdue',
      help: 'Unpaid orders that still keep their stock five minutes after their hold has ended',
    },
    {
      name: 'once_provider_events_behind_seconds',
      help: 'How long ago the provider’s list of events was read to its end, or the first card was charged if it never was; NaN before both',
    },
  ],
  rows: Prisma.sql`
    WITH unsettled AS (
      SELECT status, created_at FROM payment
      WHERE status IN ('created', 'requires_action', 'processing', 'unknown')
      UNION ALL
      SELECT status, updated_at FROM payment WHERE status = 'returning'
    ), tally AS (
      SELECT status, count(created_at) AS payments, coalesce(extract(epoch FROM now() - min(created_at)), 0) AS age
      FROM (VALUES ('created'), ('requires_action'), ('processing'), ('unknown'), ('returning')) AS known (status)
      LEFT JOIN unsettled USING (status) GROUP BY status
    )
    SELECT 'once_payments_open' AS name, json_build_object('status', status) AS labels, payments::float8 AS value FROM tally
    UNION ALL SELECT 'once_payments_open_oldest_seconds', json_build_object('status', status), age FROM tally
    UNION ALL SELECT 'once_payments_returning', '{}', payments FROM tally WHERE status = 'returning'
    UNION ALL SELECT 'once_unmatched_charges', '{}', count(*) FROM unmatched_charge WHERE resolved_at IS NULL
    UNION ALL SELECT 'once_disputes_open', '{}', count(*) FROM dispute WHERE status = 'open'
    UNION ALL SELECT 'once_disputes_due_soon', '{}', count(*) FROM dispute
              WHERE status = 'open' AND NOT answered AND due_by BETWEEN now() AND now() + interval '3 days'
    UNION ALL SELECT 'once_holds_overdue', '{}', count(*) FROM orders WHERE hold_until < now() - interval '5 minutes'
    UNION ALL SELECT 'once_provider_events_behind_seconds', '{}', extract(epoch FROM now() -
                coalesce(min(read_until), (SELECT min(created_at) FROM payment WHERE method = 'card')))
              FROM event_cursor WHERE name = 'provider_events'`,
};
