import { sql } from '#lib/platform/database/db.ts';
import { env } from '#lib/platform/env.ts';
import { AppError } from '#lib/platform/errors.ts';
import { type DayFigures, readDays } from '#lib/reconciliation/day-figures.ts';
import type { Finding } from '#lib/reconciliation/discrepancy.ts';

/** A closed day: a named person has signed its figures. What changes it later is a discrepancy. */

export interface ClosedDay extends DayFigures {
  version: number;
  signedBy: string;
  note: string | null;
  signedAt: Date;
}

export interface Signature {
  signedBy: string;
  note?: string | undefined;
}

/**
 * Signs the figures of a day as they are now. A day that was closed before gets another version if its figures have
 * changed, and is returned as it is if not. Throws `invalid_request` while the day is not over or was not reconciled
 * since, when its sides differ and no note says why, and when nothing happened on it.
 */
export async function closeDay(day: string, { signedBy, note }: Signature): Promise<ClosedDay[]> {
  await requireReconciled(day);
  const figures = withClosed(await readDays(day, day), await readClosed(day, day));
  if (figures.length === 0) throw refusal(`Nothing happened on ${day}, so there is nothing to close.`);
  const differing = figures.find(({ differenceMinor }) => differenceMinor !== 0);
  if (differing && !note) {
    const { differenceMinor, currency } = differing;
    throw refusal(
      `The two sides of ${day} differ by ${differenceMinor} minor units of ${currency}. Repair that, or close the day with a note that says why.`,
    );
  }
  await sql().$executeRaw`
    INSERT INTO day_close (day, currency, method, version, orders, order_minor, charged_minor, refunded_minor,
                           disputed_minor, fee_minor, net_minor, paid_out_minor, difference_minor, signed_by, note)
    SELECT now_.day, now_.currency, now_.method, coalesce(last.version, 0) + 1, now_.orders, "orderMinor",
           "chargedMinor", "refundedMinor", "disputedMinor", "feeMinor", "netMinor", "paidOutMinor", "differenceMinor",
           ${signedBy}, ${note ?? null}
    FROM json_to_recordset(${JSON.stringify(figures)}::json) AS now_ (
      day date, currency text, method text, orders int, "orderMinor" bigint, "chargedMinor" bigint,
      "refundedMinor" bigint, "disputedMinor" bigint, "feeMinor" bigint, "netMinor" bigint, "paidOutMinor" bigint,
      "differenceMinor" bigint)
    LEFT JOIN LATERAL (
      SELECT * FROM day_close d
      WHERE d.day = now_.day AND d.currency = now_.currency AND d.method = now_.method
      ORDER BY version DESC LIMIT 1) AS last ON true
    WHERE (last.orders, last.order_minor, last.charged_minor, last.refunded_minor, last.disputed_minor, last.fee_minor,
           last.net_minor, last.paid_out_minor, last.difference_minor)
      IS DISTINCT FROM (now_.orders, "orderMinor", "chargedMinor", "refundedMinor", "disputedMinor", "feeMinor",
                        "netMinor", "paidOutMinor", "differenceMinor")
    ON CONFLICT (day, currency, method, version) DO NOTHING`;
  return readClosed(day, day);
}

async function requireReconciled(day: string): Promise<void> {
  const { SHOP_TIME_ZONE: zone } = env();
  const [row] = await sql().$queryRaw<{ over: boolean; reconciled: boolean }[]>`
    SELECT ends <= now() AS over, EXISTS (
      SELECT FROM reconciliation WHERE step = 'done' AND to_at >= ends AND (is_whole OR from_at <= begins)) AS reconciled
    FROM (SELECT ${day}::date::timestamp AT TIME ZONE ${zone} AS begins,
                 (${day}::date + 1)::timestamp AT TIME ZONE ${zone} AS ends) AS of_day`;
  if (!row?.over) throw refusal(`${day} is not over in ${zone}.`);
  if (!row.reconciled)
    throw refusal(`${day} was not reconciled after it was over: npm run reconcile  does that.`);
}

const refusal = (detail: string) => new AppError('invalid_request', { detail });

/** The newest version of each closed day in the range, both ends included. */
export function readClosed(from: string, to: string): Promise<ClosedDay[]> {
  return sql().$queryRaw<ClosedDay[]>`
    SELECT DISTINCT ON (day, currency, method) day::text, currency, method, version, orders,
           order_minor::float8 AS "orderMinor", charged_minor::float8 AS "chargedMinor",
           refunded_minor::float8 AS "refundedMinor", disputed_minor::float8 AS "disputedMinor",
           fee_minor::float8 AS "feeMinor", net_minor::float8 AS "netMinor", paid_out_minor::float8 AS "paidOutMinor",
           difference_minor::float8 AS "differenceMinor", signed_by AS "signedBy", note, signed_at AS "signedAt"
    FROM day_close WHERE day BETWEEN ${from}::date AND ${to}::date
    ORDER BY day, currency, method, version DESC`;
}

const figureNames = [
  'orders',
  'orderMinor',
  'chargedMinor',
  'refundedMinor',
  'disputedMinor',
  'feeMinor',
  'netMinor',
  'paidOutMinor',
  'differenceMinor',
] as const;

const zeros = Object.fromEntries(figureNames.map((name) => [name, 0])) as Record<
  (typeof figureNames)[number],
  number
>;

const figuresOf = (day: DayFigures | undefined) =>
  Object.fromEntries(figureNames.map((name) => [name, day?.[name] ?? 0]));

/** Also what was closed and is gone now, as zeros. */
function withClosed(now: readonly DayFigures[], closed: readonly ClosedDay[]): DayFigures[] {
  const known = new Set(now.map(keyOf));
  const gone = closed.filter((day) => !known.has(keyOf(day)));
  return [...now, ...gone.map(({ day, currency, method }) => ({ day, currency, method, ...zeros }))];
}

/** Closed days whose figures are others now, also those of another currency or method. */
export async function findChangedDays(from: string, to: string): Promise<Finding[]> {
  const closed = await readClosed(from, to);
  if (closed.length === 0) return [];
  const days = new Set(closed.map(({ day }) => day));
  const signed = new Map(closed.map((day) => [keyOf(day), day]));
  const now = withClosed(await readDays(from, to), closed).filter(({ day }) => days.has(day));
  return now.flatMap((day): Finding[] => {
    const [ours, theirs] = [figuresOf(signed.get(keyOf(day))), figuresOf(day)];
    if (figureNames.every((name) => ours[name] === theirs[name])) return [];
    return [
      {
        ...{ kind: 'closed_day_changed', subject: keyOf(day) },
        ...{ userId: null, orderId: null, providerRef: null, ours, theirs },
      },
    ];
  });
}

const keyOf = ({ day, currency, method }: DayFigures): string => `${day} ${currency} ${method}`;

/** The months with closed days after this day: their first and last closed day. */
export function readClosedMonths(after = '-infinity'): Promise<{ from: string; to: string }[]> {
  return sql().$queryRaw<{ from: string; to: string }[]>`
    SELECT min(day)::text AS from, max(day)::text AS to FROM day_close WHERE day > ${after}::date
    GROUP BY date_trunc('month', day) ORDER BY 1`;
}
