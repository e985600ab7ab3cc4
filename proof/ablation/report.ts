import { writeSection } from '#proof/harness/write-section.ts';
import { allShields, type Guard, guards } from './guards.ts';
import { type Outcome, workloads } from './trial.ts';
import { type Row, unexpected } from './trials.ts';

/** The outcome of a trial, with its expectation. */
export interface Result {
  row: Row;
  outcome: Outcome;
  /** The try in which it was seen. */
  tries: number;
}

export interface Run {
  /** When it began: ISO 8601, UTC. */
  date: string;
  command: string;
  machine: string;
  minutes: number;
  results: Result[];
}

const figure = (value: number) => value.toLocaleString('en', { maximumFractionDigits: 1 });

/** A short text with the missing guards. */
export function missingIn({ without }: Row): string {
  const shields = allShields.every((shield) => without.includes(shield));
  const others = without.filter((guard) => !shields || !allShields.includes(guard));
  const names = others.map((guard) => `\`${guard}\``);
  return [...(shields ? ['all shields'] : []), ...names].join(', ') || 'nothing';
}

/** A short text with what was seen. */
export function seenIn({ row, outcome, tries }: Result): string {
  const counts = new Map<string, number>();
  for (const { kind } of outcome.found) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const found = [...counts].map(([kind, count]) => `${count} × ${kind.replaceAll('_', ' ')}`);
  const counted = [...Object.keys(row.atLeast ?? {}), ...Object.keys(row.atMost ?? {})];
  const costs = [...new Set(counted)].map((what) => workWords[what as keyof Outcome['work']](outcome.work));
  const again = tries > 1 ? [`in try ${tries}`] : [];
  return [found.length > 0 ? `**${found.join(', ')}**` : 'no violation', ...costs, ...again].join('; ');
}

const workWords: Record<keyof Outcome['work'], (work: Outcome['work']) => string> = {
  sent: ({ sent }) => `${figure(sent)} sent`,
  arrived: ({ arrived }) => `${figure(arrived)} to a process`,
  written: ({ written }) => `${figure(written)} to the writer`,
  roundTrips: ({ roundTrips }) => `${figure(roundTrips)} round trips`,
  redisScripts: ({ redisScripts }) => `${figure(redisScripts)} scripts in Redis`,
  lockMs: ({ lockMs }) => `${figure(lockMs)} ms in locks`,
  deadlocks: ({ deadlocks }) => `${deadlocks} deadlocks`,
  orders: ({ orders }) => `${orders} orders`,
};

const table = (head: string[], lines: string[][]) =>
  [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

function shieldTable(results: Result[]): string {
  const lines = results
    .filter(({ row }) => row.workload === 'duplicates')
    .filter(({ row }) => row.without.every((guard) => allShields.includes(guard)))
    .map(({ row, outcome: { found, work } }) => [
      missingIn(row),
      ...[work.sent, work.arrived, work.written, work.roundTrips, work.redisScripts].map(figure),
      String(found.length),
      row.so,
    ]);
  const head = [
    'without',
    'sent',
    'to a process',
    'to the writer',
    'database',
    'Redis',
    'violations',
    'conclusion',
  ];
  return table(head, lines);
}

function trialTable(results: Result[]): string {
  const lines = results.map((result) => [
    workloads[result.row.workload].about,
    missingIn(result.row),
    seenIn(result),
    `${result.row.so}${unexpected(result.row, result.outcome).length > 0 ? ' (**differs from its expectation**)' : ''}`,
  ]);
  return table(['what happens', 'without', 'seen', 'conclusion'], lines);
}

/** Of the trials that broke a promise without a guard, the one with the fewest other missing guards. */
function plainest(results: Result[], guard: Guard) {
  const isShield = (one: Guard) => allShields.includes(one);
  return results
    .filter(({ row, outcome }) => row.without.includes(guard) && outcome.found.length > 0)
    .map((result) => ({
      result,
      // A violation is not due to a shield if a guard behind the shields was missing as well.
      others: result.row.without.filter((one) => one !== guard && (isShield(guard) || !isShield(one))),
    }))
    .filter(({ others }) => !isShield(guard) || others.every(isShield))
    .sort((one, other) => one.others.length - other.others.length)[0];
}

/** A table of the guards with what was seen without them. */
function verdicts(results: Result[]): string {
  const lines = (Object.keys(guards) as Guard[]).map((guard) => {
    const seen = plainest(results, guard);
    if (!seen) return [`\`${guard}\``, guards[guard], 'no promise breaks'];
    const kinds = [...new Set(seen.result.outcome.found.map(({ kind }) => kind.replaceAll('_', ' ')))];
    const others = seen.others.map((one) => `\`${one}\``).join(', ');
    const when = others ? `a promise breaks if ${others} is missing too` : '**a promise breaks**';
    return [`\`${guard}\``, guards[guard], `${when}: ${kinds.join(', ')}`];
  });
  return table(['guard', 'what it is', 'without it'], lines);
}

const begin = '<!-- results: written by npm run ablate -->';
const end = '<!-- end of results -->';

/** Writes the results between the page's two marks. Throws when the page has none. */
export async function updatePage(
  file: string,
  { date, command, machine, minutes, results }: Run,
): Promise<void> {
  const text = [
    `\`${command}\`, ${date.slice(0, 10)}, ${machine}; ${results.length} trials in ${minutes} minutes.`,
    '### What a shield saves',
    'Figures per checkout, of which there are eight. Without the button, each is sent five times at the same time. All are sent three more times later. The database column counts requests with their answers, and the Redis column counts scripts.',
    shieldTable(results),
    '### Every trial',
    trialTable(results),
    '### Every guard',
    verdicts(results),
  ].join('\n\n');
  await writeSection(file, { begin, end }, text);
}
