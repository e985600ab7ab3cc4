import { mkdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Violation } from '#proof/chaos/checker/evidence.ts';
import type { Call, CallOutcome } from '#proof/chaos/checker/history.ts';
import { writeSection } from '#proof/harness/write-section.ts';
import type { Options } from './options.ts';
import type { Round } from './proof.ts';

/** The results of a run. */
export interface Results {
  /** When it began: ISO 8601, UTC. */
  date: string;
  command: string;
  seed: number;
  minutes: number;
  machine: string;
  /** What ran as the shop's processes. */
  host: 'server.ts' | 'handlers';
  rounds: Round[];
  calls: number;
  /** Shoppers who reached a submission. */
  submissions: number;
  outcomes: Record<CallOutcome, number>;
  /** Order requests by status; 0 for those without a complete answer. */
  orderStatuses: Record<string, number>;
  ordersAccepted: number;
  /** In `pairs` of its rounds there was another fault at the same time. */
  faults: Record<string, { rounds: number; pairs: number; strikes: number }>;
  /** Faults that this machine cannot do, each with the reason. */
  skipped: Record<string, string>;
  /** Faults that struck nothing in one of their rounds, although they stayed on until the limit. */
  missed: string[];
  /** Faults that a run of this length did not reach. */
  notReached: string[];
  slowestSettledMs: number;
  /** Lines of logs that were searched for personal data. */
  logLines: number;
  violations: Violation[];
}

export function resultsOf(
  { seed, built }: Options,
  {
    wanted,
    ...run
  }: Pick<Results, 'date' | 'command' | 'rounds' | 'minutes' | 'skipped'> & { wanted: string[] },
  history: readonly Call[],
): Results {
  const orderCalls = history.filter(({ kind }) => kind === 'order');
  const faults: Results['faults'] = {};
  for (const { strikes, faults: names } of run.rounds)
    for (const [name, times] of Object.entries(strikes)) {
      const before = faults[name] ?? { rounds: 0, pairs: 0, strikes: 0 };
      faults[name] = {
        rounds: before.rounds + 1,
        pairs: before.pairs + (names.length > 1 ? 1 : 0),
        strikes: before.strikes + times,
      };
    }
  return {
    ...run,
    seed,
    machine: `${os.availableParallelism()} cores, ${os.cpus()[0]?.model.trim() || os.arch()}, ${Math.round(os.totalmem() / 2 ** 30)} GB, Node ${process.version.slice(1)}`,
    host: built ? 'server.ts' : 'handlers',
    calls: history.length,
    submissions: new Set(orderCalls.map(({ shopper, token }) => `${shopper} ${token}`)).size,
    outcomes: { ok: 0, fail: 0, unknown: 0, ...countBy(history, ({ outcome }) => outcome) },
    orderStatuses: countBy(orderCalls, ({ status }) => String(status)),
    ordersAccepted: new Set(orderCalls.filter(({ status }) => status === 201).map(({ order }) => order)).size,
    faults,
    missed: wanted.filter((name) => run.rounds.some(({ strikes }) => strikes[name] === 0)),
    notReached: wanted.filter((name) => !(name in run.skipped) && !(name in faults)),
    slowestSettledMs: Math.round(Math.max(0, ...run.rounds.map(({ settledMs }) => settledMs ?? 0))),
    logLines: run.rounds.reduce((sum, round) => sum + round.logLines, 0),
    violations: run.rounds.flatMap(({ violations }) => violations),
  };
}

function countBy<T>(all: readonly T[], key: (one: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const one of all) counts[key(one)] = (counts[key(one)] ?? 0) + 1;
  return counts;
}

/** Writes the results as JSON and returns the file's path. */
export async function writeResults(folder: string, results: Results): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, `${results.date.slice(0, 19).replaceAll(':', '-')}-${results.seed}.json`);
  await writeFile(file, `${JSON.stringify(results, undefined, 1)}\n`);
  return file;
}

/** Whether every fault of this machine came alone and struck, and some came in pairs. */
export function isWhole({ faults, skipped, missed }: Results, known: readonly string[]): boolean {
  const cameAlone = (name: string) => {
    const { rounds = 0, pairs = 0 } = faults[name] ?? {};
    return rounds > pairs;
  };
  const hasPairs = Object.values(faults).some(({ pairs }) => pairs > 0);
  return missed.length === 0 && hasPairs && known.every((name) => name in skipped || cameAlone(name));
}

/** The page has one section for the last whole run and one for the last partial run. */
const begin = {
  whole: '<!-- whole run: written by npm run prove -->',
  part: '<!-- selection: written by npm run prove -->',
};
const end = '<!-- end of results -->';

/** Writes the results between the page's two marks for such a run. Throws when the page has none. */
export function updatePage(file: string, results: Results, which: keyof typeof begin): Promise<void> {
  return writeSection(file, { begin: begin[which], end }, markdownOf(results));
}

const figure = (value: number) => value.toLocaleString('en');

export function summaryOf(results: Results): [what: string, value: string][] {
  const { outcomes, rounds, minutes, seed } = results;
  const pairs = rounds.filter(({ faults }) => faults.length > 1).length;
  return [
    ['violations', figure(results.violations.length)],
    ['rounds', `${rounds.length} in ${minutes} minutes, ${pairs} of them with two faults at the same time`],
    [
      'calls',
      `${figure(results.calls)}: ${figure(outcomes.ok)} ok, ${figure(outcomes.fail)} refused, ${figure(outcomes.unknown)} unknown`,
    ],
    [
      'submissions',
      `${figure(results.submissions)}, of which ${figure(results.ordersAccepted)} were accepted as orders`,
    ],
    [
      'answers to submissions',
      Object.entries(results.orderStatuses)
        .map(([status, count]) => `${status === '0' ? 'none' : status}: ${figure(count)}`)
        .join(', '),
    ],
    ['slowest to settle', `${(results.slowestSettledMs / 1_000).toFixed(1)} s after everything worked again`],
    ['lines of logs', `${figure(results.logLines)}, searched for personal data`],
    ...Object.entries(results.skipped).map(([name, why]): [string, string] => [
      'not done',
      `${name}: ${why}`,
    ]),
    ['without effect', results.missed.join(', ') || 'none of the faults'],
    ['not reached', results.notReached.join(', ') || 'none of the faults'],
    ['seed', String(seed)],
  ];
}

function markdownOf(results: Results): string {
  const { date, command, machine, host, faults } = results;
  const table = (head: string[], rows: string[][]) =>
    [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  return [
    `\`${command}\`, ${date.slice(0, 10)}, ${machine}; the shop's processes: ${host}.`,
    table(['', ''], summaryOf(results)),
    table(
      ['fault', 'rounds', 'with another', 'times it struck'],
      Object.entries(faults)
        .sort(([a], [b]) => a.localeCompare(b))
        .map(([name, { rounds, pairs, strikes }]) => [name, String(rounds), String(pairs), figure(strikes)]),
    ),
  ].join('\n\n');
}
