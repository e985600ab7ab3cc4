import { mkdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '#proof/harness/services/child.ts';
import { orUsage, usageOf } from '#scripts/advice.ts';
import { bold, dim, duration, green, red, say, yellow } from '#scripts/launch/progress.ts';
import { signalOfInterruption } from '#scripts/services/interruption.ts';
import { missingIn, type Result, type Run, seenIn, updatePage } from './report.ts';
import type { Workload } from './scene.ts';
import { openTestBuild, type TestBuild } from './test-build.ts';
import { type Outcome, perform, workloads } from './trial.ts';
import { type Row, rows, unexpected } from './trials.ts';

/**
 * `npm run ablate`: removes the guards of a real shop, one after the other and some together, and shows
 * what goes wrong. Exits with 1 when a trial differs from its expectation.
 */

const usage = usageOf(import.meta.filename);

const flags = {
  only: { type: 'string', default: '' },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

function chosenRows(only: string): readonly Row[] {
  const names = only.split(',').filter(Boolean);
  if (names.length === 0) return rows;
  const chosen = rows.filter(({ workload, without }) =>
    names.some((name) => name === workload || without.some((guard) => guard === name)),
  );
  if (chosen.length === 0) throw new Error(`no trial uses ${only}; --list shows all of them`);
  return chosen;
}

const needsEdge = ({ workload, without }: Row) => {
  const { edge }: Workload = workloads[workload];
  return edge === true && !without.includes('edge');
};

const titleOf = (row: Row) => `${row.workload}, without ${missingIn(row)}`;

async function performAll(chosen: readonly Row[], folder: string, signal: AbortSignal): Promise<Result[]> {
  const testBuild = await openTestBuild({
    shopLog: path.join(folder, 'shop.log'),
    say: (line) => say(dim(line)),
    signal,
  });
  const results: Result[] = [];
  try {
    for (const row of chosen) {
      signal.throwIfAborted();
      if (needsEdge(row) && !testBuild.harness.edge) {
        say(yellow(`- ${titleOf(row)}: skipped, there is no nginx on this machine`));
        continue;
      }
      const began = performance.now();
      const result = await performUntilSeen(testBuild, row);
      results.push(result);
      tell(result, performance.now() - began, `${results.length}/${chosen.length}`);
    }
  } finally {
    await testBuild.close();
  }
  return results;
}

/** How often a race is run until the unwanted order of events happens. Either process may be faster. */
const mostTries = 3;

/**
 * A trial without expected violations runs once. One whose expectation depends on a race runs several
 * times.
 */
async function performUntilSeen(testBuild: TestBuild, row: Row): Promise<Result> {
  const isRace = row.violates !== undefined || row.atLeast?.deadlocks !== undefined;
  for (let tries = 1; ; tries += 1) {
    const outcome = await perform(testBuild, row).catch(failed);
    const seen = unexpected(row, outcome).length === 0;
    if (seen || !isRace || tries === mostTries) return { row, outcome, tries };
  }
}

/** A failed trial must not prevent the others. */
function failed(error: Error): Outcome {
  const work = {
    sent: 0,
    arrived: 0,
    written: 0,
    roundTrips: 0,
    redisScripts: 0,
    lockMs: 0,
    deadlocks: 0,
    orders: 0,
  };
  return { found: [], complaints: [], failure: error.message, work };
}

function tell(result: Result, ms: number, place: string): void {
  const wrong = unexpected(result.row, result.outcome);
  say(
    `${wrong.length > 0 ? red('✗') : green('✓')} ${dim(place)} ${bold(titleOf(result.row))}  ${dim(duration(ms))}`,
  );
  say(`    ${seenIn(result).replaceAll('**', '')}: ${result.row.so}`);
  for (const line of wrong) say(`    ${red(line)}`);
}

const machine = () =>
  `${os.availableParallelism()} cores, ${os.cpus()[0]?.model.trim() || os.arch()}, Node ${process.version.slice(1)}`;

async function main(args: string[]): Promise<number> {
  const { values } = orUsage(usage, () => parseArgs({ args, options: flags }));
  if (values.help) {
    say(usage);
    return 0;
  }
  const chosen = chosenRows(values.only);
  if (values.list) {
    for (const row of chosen) say(titleOf(row));
    return 0;
  }
  const began = performance.now();
  const date = new Date().toISOString();
  const folder = path.join(root, '.data', 'ablation');
  await mkdir(folder, { recursive: true });
  const results = await performAll(chosen, folder, signalOfInterruption());
  const minutes = Math.round((performance.now() - began) / 60_000);
  const run: Run = { date, command: 'npm run ablate', machine: machine(), minutes, results };
  const file = path.join(folder, `${date.slice(0, 19).replaceAll(':', '-')}.json`);
  await writeFile(file, `${JSON.stringify(run, undefined, 1)}\n`);
  say(`written: ${path.relative(process.cwd(), file)}`);
  const wrong = results.filter(({ row, outcome }) => unexpected(row, outcome).length > 0);
  if (wrong.length > 0) {
    say(red(`${wrong.length} of ${results.length} trials differ from their expectation.`));
    return 1;
  }
  if (results.length === rows.length) await updatePage(path.join(root, 'docs', 'ablation.md'), run);
  say(green(`All ${results.length} trials match their expectation.`));
  return 0;
}

try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  say(red(error instanceof Error ? error.message : String(error)));
  process.exit(1);
}
