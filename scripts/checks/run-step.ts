import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bold, dim, duration, green, red, say } from '../launch/progress.ts';
import type { Step } from './steps.ts';

const root = path.resolve(import.meta.dirname, '../..');

interface Counts {
  passed: number;
  failed: number;
}

export interface StepResult extends Counts {
  ok: boolean;
  ms: number;
}

/** Runs one step with its output as it comes, and counts its tests from the runner's own report. */
export async function runStep(step: Step): Promise<StepResult> {
  const began = performance.now();
  say(`\n${bold(step.name)} ${dim(step.commands.map((command) => command.join(' ')).join(' && '))}`);
  const folder = await mkdtemp(path.join(tmpdir(), 'once-report-'));
  const report = path.join(folder, 'report.json');
  let ok = true;
  for (const command of step.commands) ok &&= (await run(command, step, report)) === 0;
  const counts = step.report ? await readCounts(step.report, report) : { passed: 0, failed: 0 };
  await rm(folder, { recursive: true, force: true });
  const ms = performance.now() - began;
  // A runner that ran no test has checked nothing, whatever its exit code says.
  if (step.report && counts.passed === 0) ok = false;
  say(`${ok ? green('✓') : red('✗')} ${step.name} ${dim(duration(ms))}`);
  return { ok: ok && counts.failed === 0, ms, ...counts };
}

function run([command = '', ...args]: string[], step: Step, report: string): Promise<number> {
  const reporting = {
    vitest: ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    playwright: ['--reporter=list,json'],
  };
  const bin = path.join(root, 'node_modules', '.bin', command);
  return new Promise((resolve, reject) => {
    const child = spawn(bin, [...args, ...(step.report ? reporting[step.report] : [])], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', PLAYWRIGHT_JSON_OUTPUT_NAME: report },
    });
    const stop = (signal: NodeJS.Signals) => child.kill(signal);
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
    child.on('error', reject);
    child.on('exit', (code) => {
      process.off('SIGTERM', stop);
      process.off('SIGINT', stop);
      resolve(code ?? 1);
    });
  });
}

async function readCounts(runner: 'vitest' | 'playwright', report: string): Promise<Counts> {
  const text = await readFile(report, 'utf8').catch(() => undefined);
  if (text === undefined) return { passed: 0, failed: 0 };
  const json = JSON.parse(text);
  return runner === 'vitest'
    ? { passed: json.numPassedTests, failed: json.numFailedTests }
    : { passed: json.stats.expected, failed: json.stats.unexpected + json.stats.flaky };
}
