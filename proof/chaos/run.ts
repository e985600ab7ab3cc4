import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { faults } from '#proof/chaos/faults/all.ts';
import { diskFault } from '#proof/chaos/faults/disk.ts';
import { planOf } from '#proof/chaos/rounds/plan.ts';
import { specialRounds } from '#proof/chaos/rounds/special-rounds.ts';
import { type Harness, openHarness } from '#proof/harness/harness.ts';
import { root } from '#proof/harness/services/child.ts';
import { signalOfInterruption } from '#scripts/services/interruption.ts';
import { type Options, readOptions, usage } from './options.ts';
import { Proof, type Round } from './proof.ts';
import { isWhole, resultsOf, summaryOf, updatePage, writeResults } from './report.ts';

/**
 * `npm run prove`: injects every fault into a whole shop while shoppers shop. Afterwards it checks all
 * promises against what the shoppers saw, the database and the provider's ledger. Exits with 1 if a
 * promise was broken, and prints how to repeat the run.
 */

const began = performance.now();
const secondsSince = (from: number) => (performance.now() - from) / 1_000;

function say(line: string): void {
  console.error(`${Math.round(secondsSince(began)).toString().padStart(5)} s  ${line}`);
}

async function main(args: string[]): Promise<number> {
  const names = [...faults, ...specialRounds].map(({ name }) => name);
  const options = readOptions(args, names);
  if (options === 'help' || options === 'list') {
    console.log(options === 'help' ? usage : names.join('\n'));
    return 0;
  }
  const date = new Date().toISOString();
  say(`seed ${options.seed}`);
  const folder = path.join(root, '.data', 'prove');
  await mkdir(folder, { recursive: true });
  const run = `${options.seed}${options.round === undefined ? '' : `-round-${options.round}`}`;
  const historyFile = path.join(folder, `history-${run}.jsonl`);
  const signal = signalOfInterruption();
  const shopLog = path.join(folder, `shop-${run}.log`);
  const wanted = choose(options.only);
  const smallDisk = wanted.faults.includes(diskFault);
  const harness = await openHarness({ ...options, smallDisk, shopLog, say, signal });
  const skipped = whatIsMissing(wanted, harness);
  for (const [name, why] of Object.entries(skipped)) say(`SKIPPED  ${name}: ${why}`);
  const proof = new Proof(harness, { historyFile });
  const rounds: Round[] = [];
  let broken = true;
  try {
    for await (const round of roundsOf({ options, wanted, skipped, proof, signal })) rounds.push(round);
    broken = rounds.some(({ violations }) => violations.length > 0);
  } finally {
    await harness.close({ keep: broken });
    await proof.history.close();
  }
  const command = ['npm run prove', ...(args.length > 0 ? ['--', ...args] : [])].join(' ');
  const minutes = Math.round(secondsSince(began) / 60);
  const about = { date, command, rounds, minutes, wanted: namesOf(wanted), skipped };
  const results = resultsOf(options, about, proof.history.calls);
  const file = await writeResults(folder, results);
  console.log(
    `\n${summaryOf(results)
      .map(([what, value]) => `${what.padEnd(24)}${value}`)
      .join('\n')}\n`,
  );
  console.log(`written: ${path.relative(process.cwd(), file)}`);
  if (broken) return report(options, rounds, { historyFile, shopLog });
  if (options.isCheck) return 0;
  if (results.missed.length > 0) {
    console.error(
      `NOT PROVED: these faults stayed on until the limit of a round and struck nothing: ${results.missed.join(', ')}`,
    );
    return 1;
  }
  if (isForThePage(options))
    await updatePage(
      path.join(root, 'docs', 'proof.md'),
      results,
      isWhole(results, names) ? 'whole' : 'part',
    );
  return 0;
}

/** The page shows only runs of the built shop with all faults and all rounds. */
const isForThePage = ({ only, round, built }: Options) => only.length === 0 && round === undefined && built;

interface Schedule {
  options: Options;
  wanted: Wanted;
  skipped: Record<string, string>;
  proof: Proof;
  signal: AbortSignal;
}

/**
 * The seed alone determines the schedule, on every machine. Rounds that this machine cannot do are
 * skipped.
 */
async function* roundsOf({ options, wanted, skipped, proof, signal }: Schedule): AsyncGenerator<Round> {
  const until = performance.now() + options.minutes * 60_000;
  const first = options.round ?? 1;
  for (let number = first; performance.now() < until; number += 1) {
    signal.throwIfAborted();
    const beganAt = performance.now();
    const plan = planOf(options.seed, number, wanted.faults, wanted.specials);
    if (plan.special && plan.special.name in skipped) continue;
    const faults = plan.faults.filter(({ name }) => !(name in skipped));
    if (plan.faults.length > 0 && faults.length === 0) continue;
    const round = await proof.round({ ...plan, faults });
    yield round;
    say(lineOf(round, secondsSince(beganAt)));
    if (round.violations.length > 0 || options.round !== undefined) return;
  }
}

type Wanted = ReturnType<typeof choose>;

function choose(only: string[]) {
  const isWanted = ({ name }: { name: string }) =>
    only.length === 0 || only.some((part) => name.includes(part));
  return { faults: faults.filter(isWanted), specials: specialRounds.filter(isWanted) };
}

const namesOf = (wanted: Wanted) => [...wanted.faults, ...wanted.specials].map(({ name }) => name);

/** What this machine cannot do, with the reason for each. */
function whatIsMissing(wanted: Wanted, harness: Harness): Record<string, string> {
  const reasons = [...wanted.faults, ...wanted.specials].map((one) => [one.name, one.missing?.(harness)]);
  return Object.fromEntries(reasons.filter(([, why]) => why !== undefined));
}

function lineOf(
  { number, faults: names, strikes, calls, settledMs, violations }: Round,
  seconds: number,
): string {
  const struck = names.map((name) => `${name} (${strikes[name] ?? 0})`).join(' + ') || 'nothing goes wrong';
  const settled =
    settledMs === undefined ? 'NEVER SETTLED' : `settled in ${(settledMs / 1_000).toFixed(1)} s`;
  const found = violations.length === 0 ? '' : `, ${violations.length} VIOLATIONS`;
  return `${String(number).padStart(3)}  ${struck}: ${calls} calls, ${settled}, ${seconds.toFixed(0)} s in all${found}`;
}

/** Prints what was broken, which calls show it, and the command that repeats it. */
function report(options: Options, rounds: Round[], files: { historyFile: string; shopLog: string }): number {
  const last = rounds.at(-1);
  const mode = options.built ? '' : ' --handlers';
  const only = options.only.length > 0 ? ` --only '${options.only.join(',')}'` : '';
  for (const { kind, detail, calls } of last?.violations ?? [])
    console.error(`BROKEN  ${kind}: ${detail}; calls ${calls.join(', ') || '-'}`);
  console.error(`the calls: ${files.historyFile}\nthe shop's log: ${files.shopLog}`);
  console.error(`again: npm run prove -- --seed ${options.seed} --round ${last?.number}${only}${mode}`);
  return 1;
}

try {
  // An aborted request may leave a timer behind; don't wait for it.
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
