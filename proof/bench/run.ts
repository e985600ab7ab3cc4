import os from 'node:os';
import path from 'node:path';
import { makeBench } from '#proof/bench/bench.ts';
import { writeCapacity } from '#proof/bench/calls/capacity-file.ts';
import { fillWithOrders } from '#proof/bench/load/fill.ts';
import { saturate } from '#proof/bench/load/load.ts';
import { addBenchProducts } from '#proof/bench/load/orders.ts';
import { describeMachine } from '#proof/bench/machine/machine.ts';
import type { Measurement } from '#proof/bench/measurement.ts';
import { type Options, readOptions, usage } from '#proof/bench/options.ts';
import { chooseScenarios, scenarios } from '#proof/bench/programme.ts';
import { judge } from '#proof/bench/report/goals.ts';
import { type Results, sourceOf, updatePage, writeResults } from '#proof/bench/report/results.ts';
import { figure } from '#proof/bench/report/table.ts';
import {
  brokenLines,
  cpuTable,
  figureLines,
  goalsTable,
  partsTable,
  ratesTable,
} from '#proof/bench/report/text.ts';
import { type DirectHarness, openDirectHarness } from '#proof/harness/direct-harness.ts';
import { root } from '#proof/harness/services/child.ts';
import { lastLines } from '#scripts/launch/child.ts';
import { signalOfInterruption } from '#scripts/services/interruption.ts';

/**
 * `npm run bench`: measures the shop on this machine against yardsticks in the same run, and checks that
 * no promise was broken meanwhile. Exits with 1 when one was.
 */

const began = performance.now();

function say(line: string): void {
  const seconds = Math.round((performance.now() - began) / 1000);
  console.error(`${String(seconds).padStart(5)} s  ${line}`);
}

async function main(args: string[]): Promise<number> {
  const options = readOptions(
    args,
    scenarios.map(({ name }) => name),
  );
  if (options === 'help') {
    console.log(usage);
    return 0;
  }
  const date = new Date().toISOString();
  const loadBefore = os.loadavg()[0] ?? 0;
  const signal = signalOfInterruption();
  const harness = await openDirectHarness({ ...options, say, signal });
  try {
    const measurements = await Promise.race([measure(options, harness), untilAborted(signal)]);
    const command = ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' ');
    const machine = await describeMachine(harness, loadBefore);
    return await report(options, { date, command, machine, goals: judge(measurements), measurements });
  } finally {
    // Lines that are not JSON are Next's startup messages.
    const warnings = lastLines(harness.shopLog)
      .split('\n')
      .filter((line) => line.startsWith('{'));
    if (warnings.length > 0) console.error(`\nThe shop's last warnings:\n${warnings.join('\n')}`);
    await harness.close({ keep: false });
  }
}

async function measure(options: Options, harness: DirectHarness): Promise<Measurement[]> {
  const skus = await addBenchProducts(harness.client, options.skus);
  if (options.oldOrders > 0) await fillWithOrders(harness.client, skus, options.oldOrders, { say });
  const bench = makeBench(options, harness, skus, say);
  say('warming up');
  const warmUp = await bench.prepareOrders(options.warmUpOrders);
  await saturate(
    bench.shop,
    warmUp.map(({ request }) => request),
    options,
  );
  const measurements: Measurement[] = [];
  for (const scenario of chooseScenarios(scenarios, options.only)) {
    const missing = scenario.missing?.(bench);
    say(`${scenario.name}: ${missing ? `left out: ${missing}` : scenario.about}`);
    if (missing) continue;
    for (const measurement of await scenario.run(bench)) {
      measurements.push(measurement);
      say(`  ${inOneLine(measurement)}`);
    }
  }
  return measurements;
}

function inOneLine({
  title,
  answeredPerSecond,
  committed,
  committedPerSecond,
  latency,
  checks,
}: Measurement): string {
  const orders = committed > 0 ? `, ${figure(committedPerSecond)} orders/s` : '';
  const p99 = latency ? `, p99 ${figure(latency.p99)} ms` : '';
  const broken = checks.some(({ holds }) => !holds) ? ', A GUARANTEE IS BROKEN' : '';
  return `${title}: ${figure(answeredPerSecond)} answers/s${orders}${p99}${broken}`;
}

/** Prints and writes everything. Resolves with the exit code. */
async function report(options: Options, results: Results): Promise<number> {
  const { measurements, goals } = results;
  const complete = !options.quick && options.only.length === 0;
  // The README does not show partial runs or runs with too few requests.
  const folder = options.out ?? (complete ? 'proof/bench/results' : '.data/bench');
  const files = await writeResults(path.resolve(root, folder), results);
  const capacity = await writeCapacity(path.resolve(root, folder), results);
  if (capacity) files.push(capacity);
  if (complete && options.out === undefined)
    await updatePage(path.join(root, 'docs', 'benchmarks.md'), results);

  const texts = [
    partsTable(measurements),
    ratesTable(measurements),
    cpuTable(measurements),
    figureLines(measurements).join('\n'),
    goalsTable(goals),
  ];
  console.log(`\n${[sourceOf(results).join('\n'), ...texts].filter(Boolean).join('\n\n')}\n`);
  if (options.quick) console.log('A quick run has too few requests for its figures to mean anything.\n');
  console.log(files.map((file) => `written: ${path.relative(process.cwd(), file)}`).join('\n'));
  const broken = brokenLines(measurements);
  if (broken.length === 0) return 0;
  console.error(`\nBroken guarantees:\n  ${broken.join('\n  ')}`);
  return 1;
}

function untilAborted(signal: AbortSignal): Promise<never> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
    if (signal.aborted) reject(signal.reason);
  });
  // The rejection may come when nothing waits for it any more.
  aborted.catch(() => undefined);
  return aborted;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  // An interrupted load would continue without its servers.
  process.exit(1);
}
