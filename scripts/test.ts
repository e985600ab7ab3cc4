import { parseArgs } from 'node:util';
import { runStep, type StepResult } from './checks/run-step.ts';
import { steps } from './checks/steps.ts';
import { ensureSystemPackages } from './checks/system-packages.ts';
import { dim, duration, green, red, say } from './launch/progress.ts';

/**
 * `npm test`: everything, as CI runs it. `npm test -- --only unit,integration` runs some steps,
 * `npm test -- --quick` (`npm run verify`) those that need no service and no build.
 */

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, quick: { type: 'boolean', default: false } },
  });
  const only = values.only?.split(',').map((name) => name.trim());
  const unknown = only?.filter((name) => !steps.some((step) => step.name === name)) ?? [];
  if (unknown.length > 0) {
    throw new Error(
      `There is no step ${unknown.join(', ')}. The steps: ${steps.map(({ name }) => name).join(', ')}`,
    );
  }
  const chosen = steps.filter((step) => (only ? only.includes(step.name) : step.quick || !values.quick));
  if (chosen.some((step) => !step.quick)) ensureSystemPackages();

  const results: { name: string; result: StepResult }[] = [];
  for (const step of chosen) {
    const result = await runStep(step);
    results.push({ name: step.name, result });
    if (!result.ok) break;
  }
  return summarize(results);
}

function summarize(results: { name: string; result: StepResult }[]): number {
  say();
  for (const { name, result } of results) {
    const tests = result.passed + result.failed > 0 ? `${result.passed + result.failed} tests` : '';
    say(
      `  ${result.ok ? green('✓') : red('✗')} ${name.padEnd(12)} ${duration(result.ms).padStart(12)}  ${dim(tests)}`,
    );
  }
  const sum = (pick: (result: StepResult) => number) =>
    results.reduce((all, { result }) => all + pick(result), 0);
  say(`  ${dim(`in ${duration(sum(({ ms }) => ms))}`)}`);
  const failed = results.find(({ result }) => !result.ok);
  if (failed) say(`\n${failed.name} failed. Again:  npm test -- --only ${failed.name}`);
  // The last line is for machines.
  say(`\n${sum(({ passed }) => passed)} passed, ${sum((result) => result.failed)} failed`);
  return failed ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  say(red((error as Error).message));
  process.exitCode = 1;
}
