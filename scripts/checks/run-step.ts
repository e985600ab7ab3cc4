import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bold, dim, duration, green, red, say } from '../launch/progress.ts';
import { type Report, readReport } from './read-report.ts';
import type { Step } from './steps.ts';

const root = path.resolve(import.meta.dirname, '../..');

export interface StepResult extends Report {
  name: string;
  ms: number;
  /** The reason why the step did not run. */
  skipped?: string;
}

/** Runs one step, shows its output live, and reads its failures from the runner's own report. */
export async function runStep(step: Step): Promise<StepResult> {
  const began = performance.now();
  say(`\n${bold(step.name)} ${dim(step.commands.map((command) => command.join(' ')).join(' && '))}`);
  const folder = await mkdtemp(path.join(tmpdir(), 'once-report-'));
  const file = path.join(folder, 'report.json');
  let problem: string | undefined;
  // A later command of a step needs the results of the earlier one.
  for (const command of step.commands) problem ??= await run(command, step, file);
  const report = step.report && (await readReport(step.report, file, root));
  await rm(folder, { recursive: true, force: true });
  const ms = performance.now() - began;
  const failures = failuresOf(step, report, problem);
  say(`${failures.length === 0 ? green('✓') : red('✗')} ${step.name} ${dim(duration(ms))}`);
  return { name: step.name, ms, passed: report?.passed ?? 0, failures, notRun: report?.notRun ?? [] };
}

/** The failures that the runner reports. Without a report, the problem itself is the failure. */
function failuresOf(step: Step, report: Report | undefined, problem: string | undefined): string[] {
  if (report && report.failures.length > 0) return report.failures;
  if (!step.report) return problem ? [problem] : [];
  if (!report) return [`${problem ?? 'the runner ended'} before its report`];
  if (problem) return [`${problem}, although no test failed: see its output above`];
  // A runner that ran no test has checked nothing, whatever its exit code is.
  return report.passed === 0 ? ['ran no test'] : [];
}

const reporting = (report: string) => ({
  vitest: ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
  playwright: ['--reporter=list,json'],
});

/** Runs a command to its end. Resolves with what went wrong, if anything did. */
function run([command = '', ...args]: string[], step: Step, report: string): Promise<string | undefined> {
  // The same Node as every other step, wherever it comes from.
  const bin = command === 'node' ? process.execPath : path.join(root, 'node_modules', '.bin', command);
  return new Promise((resolve) => {
    const child = spawn(bin, [...args, ...(step.report ? reporting(report)[step.report] : [])], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', PLAYWRIGHT_JSON_OUTPUT_NAME: report },
    });
    const stop = (signal: NodeJS.Signals) => child.kill(signal);
    const ended = (problem: string | undefined) => {
      process.off('SIGTERM', stop);
      process.off('SIGINT', stop);
      resolve(problem);
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
    child.on('error', (error) => ended(`${command} did not start: ${error.message}`));
    child.on('exit', (code, signal) =>
      ended(code === 0 ? undefined : `${command} ended with ${signal ?? `exit code ${code}`}`),
    );
  });
}
