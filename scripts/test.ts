import { parseArgs } from 'node:util';
import { orUsage, usageOf } from './advice.ts';
import { runSteps } from './checks/run-steps.ts';
import { type Step, steps } from './checks/steps.ts';
import { summaryOf } from './checks/summary.ts';
import { ensureSystemPackages } from './checks/system-packages.ts';
import { red, say } from './launch/progress.ts';

/**
 * `npm test`: checks everything that a change can break. Every step runs, and the end lists all failures.
 * `npm test -- --only unit,integration` runs some steps. `npm run verify` (`--quick`) runs those that need no
 * service and no build, and `npm run test:full` (`--full`) the long ones.
 */

async function main(): Promise<number> {
  const options = {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
  } as const;
  const { values } = orUsage(usageOf(import.meta.filename), () => parseArgs({ options }));
  const only = values.only?.split(',').map((name) => name.trim());
  const unknown = only?.filter((name) => !steps.some((step) => step.name === name)) ?? [];
  if (unknown.length > 0) {
    throw new Error(
      `There is no step ${unknown.join(', ')}. The steps: ${steps.map(({ name }) => name).join(', ')}`,
    );
  }
  const isChosen = ({ name, quick = false, long = false }: Step) =>
    only ? only.includes(name) : values.quick ? quick : long === values.full;
  const chosen = steps.filter(isChosen);
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interruption.abort());
  const { lines, exitCode } = summaryOf(await runSteps(chosen, ensureSystemPackages, interruption.signal));
  for (const line of lines) say(line);
  return exitCode;
}

try {
  process.exitCode = await main();
} catch (error) {
  say(red((error as Error).message));
  process.exitCode = 1;
}
