import { dim, duration, green, red } from '../launch/progress.ts';
import type { StepResult } from './run-step.ts';

/**
 * The end of a run of all steps: a line for each step, the name of every failure, and the counts for
 * machines.
 */
export function summaryOf(results: readonly StepResult[]): { lines: string[]; exitCode: 0 | 1 } {
  const failed = results.filter(({ failures }) => failures.length > 0);
  const sum = (pick: (result: StepResult) => number) => results.reduce((all, one) => all + pick(one), 0);
  const failures = failed.flatMap(({ name, failures }) =>
    failures.map((failure) => `  ${red('✗')} ${name.padEnd(12)} ${failure}`),
  );
  const notRun = results.flatMap(({ name, notRun }) =>
    notRun.map((test) => `  - ${name.padEnd(12)} not run here: ${test}`),
  );
  const names = failed.map(({ name }) => name).join(',');
  return {
    lines: [
      '',
      ...results.map(lineOf),
      `  ${dim(`in ${duration(sum(({ ms }) => ms))}`)}`,
      ...(notRun.length > 0 ? ['', ...notRun] : []),
      ...(failed.length > 0 ? ['', ...failures, '', `Again:  npm test -- --only ${names}`] : []),
      '',
      // The last line is for machines. A step that failed without a test counts as one failure.
      `${sum(({ passed }) => passed)} passed, ${sum((result) => result.failures.length)} failed`,
    ],
    exitCode: failed.length > 0 ? 1 : 0,
  };
}

function lineOf({ name, ms, passed, failures, skipped }: StepResult): string {
  if (skipped !== undefined) return `  ${red('-')} ${name.padEnd(12)} ${'skipped'.padStart(12)}`;
  const mark = failures.length === 0 ? green('✓') : red('✗');
  const tests = passed > 0 ? `${passed} passed` : '';
  return `  ${mark} ${name.padEnd(12)} ${duration(ms).padStart(12)}  ${dim(tests)}`;
}
