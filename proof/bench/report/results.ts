import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Machine, slugOf } from '#proof/bench/machine/machine.ts';
import type { Measurement } from '#proof/bench/measurement.ts';
import type { Goal } from '#proof/bench/report/goal.ts';
import { drawPicture } from '#proof/bench/report/picture.ts';
import { figure } from '#proof/bench/report/table.ts';
import {
  cpuTable,
  figureLines,
  goalsTable,
  goalText,
  partsTable,
  ratesTable,
} from '#proof/bench/report/text.ts';
import { withSection, writeSection } from '#proof/harness/write-section.ts';

/** The results of a run. */
export interface Results {
  /** When it began: ISO 8601, UTC. */
  date: string;
  /** The command that repeats it. */
  command: string;
  machine: Machine;
  goals: Goal[];
  measurements: Measurement[];
}

/**
 * Writes the figures under the machine's name and as the latest ones, and the picture. Resolves with the
 * files' paths.
 */
export async function writeResults(folder: string, results: Results): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const json = `${JSON.stringify(results, undefined, 1)}\n`;
  const named = `${results.date.slice(0, 10)}-${slugOf(results.machine)}.json`;
  const picture = drawPicture(results.goals, { notes: notesOf(results), source: sourceOf(results) });
  const files: [name: string, text: string][] = [
    [named, json],
    ['latest.json', json],
    ...(picture ? [['latest.svg', picture] as [string, string]] : []),
  ];
  for (const [name, text] of files) await writeFile(path.join(folder, name), text);
  return files.map(([name]) => path.join(folder, name));
}

const begin = '<!-- results: written by npm run bench -->';
const end = '<!-- end of results -->';

/** Returns the page with the results between its two marks. Throws when it has none. */
export const withResults = (page: string, results: Results): string =>
  withSection(page, { begin, end }, asMarkdown(results));

export const updatePage = (file: string, results: Results): Promise<void> =>
  writeSection(file, { begin, end }, asMarkdown(results));

function asMarkdown(results: Results): string {
  const { measurements, goals } = results;
  const block = (text: string) => `\`\`\`text\n${text}\n\`\`\``;
  const parts = partsTable(measurements);
  return [
    `${sourceOf(results).join('; ')}.`,
    block(goalsTable(goals)),
    ...(parts ? [block(parts)] : []),
    block(ratesTable(measurements)),
    block(cpuTable(measurements)),
    ...figureLines(measurements).map((line) => `- ${line}`),
  ].join('\n\n');
}

/** Where, with what and when it was measured, in three lines. */
export function sourceOf({ date, command, machine }: Results): string[] {
  const { cores, cpu, memoryGb, node, postgres, redis, nginx, loadBefore } = machine;
  const others = loadBefore >= 0.5 ? `; other programs were running (load ${figure(loadBefore)})` : '';
  const servers = [`Node ${node}`, `PostgreSQL ${postgres}`, `Redis ${redis}`, nginx && `nginx ${nginx}`];
  return [
    `${cores} cores shared with the load, ${cpu}, ${memoryGb} GB${others}`,
    servers.filter(Boolean).join(', '),
    `${date.slice(0, 10)}, ${command}`,
  ];
}

/** The figures without a yardstick, for the text below the picture. */
function notesOf({ goals, measurements }: Results): string[] {
  const limits = goals.filter(({ yardstick }) => yardstick === undefined);
  const racy = measurements.find(({ id }) => id === 'racy-recipe')?.figures;
  const checks = measurements.flatMap((measurement) => measurement.checks);
  const broken = checks.filter(({ holds }) => !holds).length;
  return [
    ...limits.map(({ name, value, unit, goal, met }) => {
      return `${name}: ${figure(value)} ${unit} (${goalText(goal, unit)}: ${met ? 'met' : 'missed'})`;
    }),
    `Guarantees compared with the database: ${checks.length}, broken: ${broken}`,
    ...(racy
      ? [
          `The tutorials' "get, setex, insert" under the same duplicates: ${racy['orders too many']} orders too many of ${racy['carts submitted']} carts`,
        ]
      : []),
  ];
}
