import { runStep, type StepResult } from './run-step.ts';
import type { Step } from './steps.ts';

/**
 * Runs every step, also after a failed one: a lint error says nothing about the browser tests. Skips only
 * what can't work: steps that need services when `prepare` throws, and all remaining steps after an
 * interruption.
 */
export async function runSteps(
  chosen: readonly Step[],
  prepare: () => void,
  interrupted: AbortSignal,
): Promise<StepResult[]> {
  const results: StepResult[] = [];
  let unprepared: string | undefined;
  let prepared = false;
  for (const step of chosen) {
    if (!step.quick && !prepared) {
      prepared = true;
      unprepared = problemOf(prepare);
    }
    const skipped = interrupted.aborted ? 'interrupted' : step.quick ? undefined : unprepared;
    results.push(skipped === undefined ? await runStep(step) : skip(step, skipped));
  }
  return results;
}

const skip = ({ name }: Step, skipped: string): StepResult => ({
  name,
  ms: 0,
  passed: 0,
  failures: [`skipped: ${skipped}`],
  notRun: [],
  skipped,
});

function problemOf(work: () => void): string | undefined {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
}
