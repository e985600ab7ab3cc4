import { formatMoney } from '#lib/platform/money.ts';
import type { ClosedDay } from '#lib/reconciliation/close-day.ts';
import type { DayFigures } from '#lib/reconciliation/day-figures.ts';

/** The days as a table for a person, and as CSV for a spreadsheet. */

const amounts = [
  ['ordered', 'orderMinor'],
  ['charged', 'chargedMinor'],
  ['refunded', 'refundedMinor'],
  ['disputed', 'disputedMinor'],
  ['fees', 'feeMinor'],
  ['net', 'netMinor'],
  ['paid out', 'paidOutMinor'],
  ['difference', 'differenceMinor'],
] as const;

const signatureOf = (day: DayFigures, closed: readonly ClosedDay[]): ClosedDay | undefined =>
  closed.find((one) => one.day === day.day && one.currency === day.currency && one.method === day.method);

export function daysToText(days: readonly DayFigures[], closed: readonly ClosedDay[]): string {
  if (days.length === 0) return 'Nothing happened on these days.';
  const rows = days.map((day) => [
    day.day,
    day.method,
    String(day.orders),
    ...amounts.map(([, name]) => formatMoney(day[name], day.currency)),
    signatureOf(day, closed)?.signedBy ?? '',
  ]);
  const table = [['day', 'method', 'orders', ...amounts.map(([title]) => title), 'closed by'], ...rows];
  const widths =
    table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  const isNumber = (column: number) => column >= 2 && column < widths.length - 1;
  return table
    .map((row) =>
      row
        .map((cell, column) =>
          isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** RFC 4180, with amounts in minor units. Names and notes are quoted, and never begin a formula. */
export function daysToCsv(days: readonly DayFigures[], closed: readonly ClosedDay[]): string {
  const titles = [
    'day',
    'currency',
    'method',
    'orders',
    ...amounts.map(([, name]) => name),
    'closedBy',
    'note',
  ];
  const rows = days.map((day) => {
    const signature = signatureOf(day, closed);
    const figures = amounts.map(([, name]) => day[name]);
    const texts = [quoted(signature?.signedBy), quoted(signature?.note)];
    return [day.day, day.currency, day.method, day.orders, ...figures, ...texts].join(',');
  });
  return [titles.join(','), ...rows].join('\r\n');
}

/** A spreadsheet would run a text that begins with one of these as a formula (OWASP: CSV injection). */
const beginsFormula = /^[=+\-@\t\r]/;

function quoted(text: string | null | undefined): string {
  if (!text) return '';
  return `"${(beginsFormula.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}
