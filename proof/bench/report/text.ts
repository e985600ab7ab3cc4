import { answersOf, cpuSecondsTogether, type Measurement, tiers } from '#proof/bench/measurement.ts';
import { cpuMsTogether, type Part } from '#proof/bench/part.ts';
import type { Goal } from '#proof/bench/report/goal.ts';
import { figure, table } from '#proof/bench/report/table.ts';

/** The results as text, for the terminal and for the results page. */

export function ratesTable(measurements: Measurement[]): string {
  const headers = [
    '',
    'offered/s',
    'answers/s',
    'orders/s',
    'p50 ms',
    'p95 ms',
    'p99 ms',
    'answers',
    'checks',
  ];
  const rows = measurements.map((measurement) => [
    measurement.title,
    figure(measurement.offeredPerSecond),
    figure(measurement.answeredPerSecond),
    measurement.committed > 0 ? figure(measurement.committedPerSecond) : '–',
    figure(measurement.latency?.p50),
    figure(measurement.latency?.p95),
    figure(measurement.latency?.p99),
    statusesOf(measurement),
    checksOf(measurement),
  ]);
  return table(headers, rows);
}

/** CPU time in microseconds: of each tier per answer, and of all tiers but the generator per order. */
export function cpuTable(measurements: Measurement[]): string {
  const headers = [
    'CPU µs of',
    ...tiers.map((tier) => `${tier}/answer`),
    'shop/order',
    'load busy',
    'node MB',
  ];
  const rows = measurements.map((measurement) => {
    const { usage, committed, memory } = measurement;
    const { cpuSeconds, wallSeconds } = usage;
    const each = (value: number | undefined, of: number) =>
      value === undefined || of === 0 ? '–' : figure((value / of) * 1e6);
    const shop = cpuSecondsTogether(measurement, ['nginx', 'node', 'redis', 'postgres']);
    return [
      measurement.title,
      ...tiers.map((tier) => each(cpuSeconds[tier], answersOf(measurement))),
      each(shop, committed),
      `${figure(Math.round(((cpuSeconds.load ?? Number.NaN) / wallSeconds) * 100))} %`,
      memory ? [memory.startMb, memory.peakMb, memory.endMb].map(Math.round).join(' → ') : '–',
    ];
  });
  return table(headers, rows);
}

/** The kinds of requests that were measured one by one. Empty without any. */
export function partsTable(measurements: Measurement[]): string {
  const headers = [
    'CPU ms of one request',
    ...tiersOfShop,
    'together',
    'p50 ms',
    'p95 ms',
    'p99 ms',
    'bytes sent',
  ];
  const rows = measurements.flatMap(({ title, parts = [] }) =>
    parts.length > 0 ? [[title], ...parts.map(rowOfPart)] : [],
  );
  return rows.length > 0 ? table(headers, rows) : '';
}

const tiersOfShop = tiers.filter((tier) => tier !== 'load');

function rowOfPart(part: Part): string[] {
  const { name, cpuMs, latency, bytes } = part;
  return [
    `  ${name}`,
    ...tiersOfShop.map((tier) => figure(cpuMs[tier])),
    figure(cpuMsTogether(part)),
    figure(latency?.p50),
    figure(latency?.p95),
    figure(latency?.p99),
    figure(Math.round(bytes)),
  ];
}

export function goalsTable(goals: Goal[]): string {
  const rows = goals.map(({ name, yardstick, value, unit, goal, met, note }) => [
    name,
    yardstick ? `÷ ${yardstick}` : '',
    `${figure(value)} ${unit}`,
    goalText(goal, unit),
    [met === null ? '' : met ? 'met' : 'missed', note].filter(Boolean).join('; '),
  ]);
  return table(['', 'compared with', 'here', 'goal', ''], rows);
}

export function goalText(goal: Goal['goal'], unit: Goal['unit']): string {
  if (!goal) return '';
  const [word, bound] = 'atLeast' in goal ? ['at least', goal.atLeast] : ['at most', goal.atMost];
  return `${word} ${bound.toLocaleString('en')} ${unit}`;
}

/** Figures that only one scenario has. */
export function figureLines(measurements: Measurement[]): string[] {
  return measurements.flatMap(({ title, figures }) => {
    const shown = Object.entries(figures).map(
      ([name, value]) => `${name} ${typeof value === 'string' ? value : figure(value)}`,
    );
    return shown.length > 0 ? [`${title}: ${shown.join(', ')}`] : [];
  });
}

/** One line for each guarantee that did not hold. */
export function brokenLines(measurements: Measurement[]): string[] {
  return measurements.flatMap(({ title, checks }) =>
    checks
      .filter(({ holds }) => !holds)
      .map(({ name, expected, found }) => {
        const asked = typeof expected === 'number' ? figure(expected) : expected.map(figure).join(' to ');
        return `${title}: ${name}: expected ${asked}, found ${figure(found)}`;
      }),
  );
}

function statusesOf({ statuses }: Measurement): string {
  return Object.entries(statuses)
    .map(([status, count]) => `${status}: ${figure(count)}`)
    .join(', ');
}

function checksOf({ checks }: Measurement): string {
  const broken = checks.filter(({ holds }) => !holds).length;
  if (checks.length === 0) return '–';
  return broken === 0 ? `${checks.length} hold` : `${broken} BROKEN`;
}
