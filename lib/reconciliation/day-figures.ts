import { Prisma } from '#lib/generated/prisma/client.ts';
import { sql } from '#lib/platform/database/db.ts';
import { env } from '#lib/platform/env.ts';

/**
 * The figures of days, for each currency and payment method: what the shop's orders say beside what the provider moved.
 * All amounts are minor units.
 *
 * A payment counts on the day of its charge at the provider, in SHOP_TIME_ZONE. The two clocks differ by seconds, so
 * with times of their own both sides would differ at every midnight.
 */
export interface DayFigures {
  /** `2026-05-03`. */
  day: string;
  currency: string;
  method: 'card' | 'invoice';
  /** How many, and their totals. By card: paid on that day. By invoice: placed on that day, whenever it is paid. */
  orders: number;
  orderMinor: number;
  /** What the provider captured, refunded, and lost to banks. */
  chargedMinor: number;
  refundedMinor: number;
  disputedMinor: number;
  /** In the currency of the account: fees, what is left after them, and what was paid out to the shop's bank. */
  feeMinor: number;
  netMinor: number;
  paidOutMinor: number;
  /** What the shop captured by its own rows, minus what the provider did, plus refunds that the shop does not know. */
  differenceMinor: number;
}

const isForeignIgnored = () => env().RECONCILE_FOREIGN_CHARGES === 'ignore';

/** The days from `from` to `to`, both included, on which something happened. */
export function readDays(from: string, to: string): Promise<DayFigures[]> {
  const { SHOP_TIME_ZONE: zone } = env();
  const range = (column: string) => Prisma.sql`
    ${Prisma.raw(column)} >= ${from}::date::timestamp AT TIME ZONE ${zone}
    AND ${Prisma.raw(column)} < (${to}::date + 1)::timestamp AT TIME ZONE ${zone}`;
  const dayOf = (column: string) => Prisma.sql`(${Prisma.raw(column)} AT TIME ZONE ${zone})::date`;
  return sql().$queryRaw<DayFigures[]>`
    WITH entry AS (
      SELECT e.*, ${dayOf('e.created_at')} AS day FROM provider_entry e
      WHERE ${range('e.created_at')}
        AND NOT (${isForeignIgnored()}::boolean AND e.charge_ref IS NOT NULL AND NOT EXISTS (
          SELECT FROM provider_entry c WHERE c.charge_ref = e.charge_ref AND c.kind = 'charge' AND c.user_id IS NOT NULL))
    ), figure (day, currency, method, orders, ordered, charged, refunded, disputed, fee, net, paid_out, difference) AS (
      -- The provider's side.
      SELECT day, currency, 'card', 0, 0, coalesce(sum(amount_minor) FILTER (WHERE kind = 'charge'), 0),
             coalesce(-sum(amount_minor) FILTER (WHERE kind IN ('refund', 'refund_failure')), 0),
             coalesce(-sum(amount_minor) FILTER (WHERE kind IN ('dispute', 'dispute_reversal')), 0), 0, 0, 0,
             coalesce(-sum(amount_minor) FILTER (WHERE kind = 'charge'), 0)
      FROM entry WHERE charge_ref IS NOT NULL GROUP BY day, currency
      UNION ALL
      SELECT day, settled_currency, 'card', 0, 0, 0, 0, 0, sum(fee_minor),
             coalesce(sum(settled_minor - fee_minor) FILTER (WHERE kind NOT IN ('payout', 'payout_failure')), 0),
             coalesce(-sum(settled_minor) FILTER (WHERE kind IN ('payout', 'payout_failure')), 0), 0
      FROM entry GROUP BY day, settled_currency
      UNION ALL
      -- The shop's side: its payments, those that the provider does not list, and what it does not know of refunds.
      SELECT entry.day, p.currency, 'card', count(*) FILTER (WHERE pays), sum(o.total_minor) FILTER (WHERE pays),
             0, 0, 0, 0, 0, 0, sum(p.captured_minor)
      FROM entry JOIN payment p ON p.user_id = entry.user_id AND p.order_id = entry.order_id
        AND p.attempt = entry.attempt AND p.provider_ref = entry.charge_ref
      JOIN orders o ON o.user_id = p.user_id AND o.id = p.order_id
      CROSS JOIN LATERAL (SELECT p.attempt = coalesce(o.paid_attempt, p.attempt) AS pays) AS paying
      WHERE entry.kind = 'charge' AND entry.amount_minor > 0 GROUP BY entry.day, p.currency
      UNION ALL
      SELECT ${dayOf('p.created_at')}, p.currency, 'card', count(*), sum(p.captured_minor), 0, 0, 0, 0, 0, 0,
             sum(p.captured_minor)
      FROM payment p
      WHERE ${range('p.created_at')} AND p.captured_minor > 0
        AND NOT EXISTS (SELECT FROM provider_entry e WHERE e.charge_ref = p.provider_ref AND e.kind = 'charge')
      GROUP BY 1, 2
      UNION ALL
      SELECT moved.day, moved.currency, 'card', 0, 0, 0, 0, 0, 0, 0, 0, -sum(moved.amount_minor)
      FROM entry AS moved
      WHERE moved.kind IN ('refund', 'refund_failure') AND NOT EXISTS (
        SELECT FROM provider_entry c
        JOIN refund r ON r.user_id = c.user_id AND r.order_id = c.order_id AND r.provider_ref = moved.source_ref
        WHERE c.charge_ref = moved.charge_ref AND c.kind = 'charge')
      GROUP BY moved.day, moved.currency
      UNION ALL
      SELECT ${dayOf('o.placed_at')}, o.currency, 'invoice', count(*), sum(o.total_minor), 0, 0, 0, 0, 0, 0, 0
      FROM orders o WHERE ${range('o.placed_at')} AND EXISTS (
        SELECT FROM payment p WHERE p.user_id = o.user_id AND p.order_id = o.id AND p.method = 'invoice')
      GROUP BY 1, 2
    )
    SELECT day::text, currency, method, sum(orders)::int AS orders, sum(ordered)::float8 AS "orderMinor",
           sum(charged)::float8 AS "chargedMinor", sum(refunded)::float8 AS "refundedMinor",
           sum(disputed)::float8 AS "disputedMinor", sum(fee)::float8 AS "feeMinor", sum(net)::float8 AS "netMinor",
           sum(paid_out)::float8 AS "paidOutMinor", sum(difference)::float8 AS "differenceMinor"
    FROM figure GROUP BY day, currency, method ORDER BY day, currency, method`;
}
