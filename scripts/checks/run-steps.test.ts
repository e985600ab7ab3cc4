import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import type { StepResult } from './run-step.ts';
import type { Step } from './steps.ts';

// What broke: the first failed step ended the run, so a failed integration test hid all browser tests.

const folder = await mkdtemp(path.join(tmpdir(), 'once-steps-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
const outcome = path.join(folder, 'outcome.json');
const execute = promisify(execFile);
await symlink(path.resolve(import.meta.dirname, '../../node_modules'), path.join(folder, 'node_modules'));

async function write(name: string, text: string): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, text);
  return file;
}

interface Ran {
  results: StepResult[];
  lines: string[];
  exitCode: number;
}

/** Runs in a process of its own, so that the steps' output and failures do not count for this run. */
async function run(steps: Step[], { unprepared = '', interrupted = false } = {}) {
  const script = `
    import { runSteps } from '#scripts/checks/run-steps.ts';
    import { summaryOf } from '#scripts/checks/summary.ts';
    import { writeFileSync } from 'node:fs';
    const prepare = () => { if (${JSON.stringify(unprepared)}) throw new Error(${JSON.stringify(unprepared)}); };
    const signal = ${interrupted} ? AbortSignal.abort() : new AbortController().signal;
    const results = await runSteps(${JSON.stringify(steps)}, prepare, signal);
    writeFileSync(${JSON.stringify(outcome)}, JSON.stringify({ results, ...summaryOf(results) }));`;
  await execute(process.execPath, ['--input-type=module', '-e', script]);
  const { results, lines, exitCode }: Ran = JSON.parse(await readFile(outcome, 'utf8'));
  return { results, text: lines.join('\n'), last: lines.at(-1), exitCode };
}

const succeeds: Step = { name: 'lint', commands: [['node', '--version']], quick: true };

test('every step runs, all failures are listed by step and test, and the last line counts them', async () => {
  await write('vitest.config.mjs', 'export default { test: { include: ["*.vitest.js"], globals: true } };');
  await write(
    'sums.vitest.js',
    `test('adds', () => {}); test('sleeps', ({ skip }) => skip('no bed')); describe('signs', () => { test('flips', () => expect(1).toBe(2)); test('keeps', () => expect(1).toBe(3)); });`,
  );
  await write('broken.vitest.js', `throw new Error('does not load');`);
  await write('playwright.config.mjs', 'export default { testMatch: "*.pw.js" };');
  await write(
    'shop.pw.js',
    `import { expect, test } from '@playwright/test';
     test('opens', () => {}); test('closes', ({}, info) => info.skip()); test.describe('cart', () => test('fills', () => expect(1).toBe(2)));`,
  );
  const { text, last, exitCode, results } = await run([
    {
      name: 'types',
      commands: [
        ['node', '-e', 'process.exit(3)'],
        ['node', 'never-reached.js'],
      ],
      quick: true,
    },
    { name: 'unit', commands: [['vitest', 'run', '--root', folder]], report: 'vitest' },
    {
      name: 'browser',
      commands: [['playwright', 'test', '-c', path.join(folder, 'playwright.config.mjs')]],
      report: 'playwright',
    },
    succeeds,
  ]);
  const failures = results.flatMap(({ name, failures }) => failures.map((one) => `${name}: ${one}`));
  const at = path.relative(path.resolve(import.meta.dirname, '../..'), folder);
  expect(failures.toSorted()).toEqual([
    'browser: shop.pw.js > cart > fills',
    'types: node ended with exit code 3',
    `unit: ${at}/broken.vitest.js did not run to its end`,
    `unit: ${at}/sums.vitest.js > signs > flips`,
    `unit: ${at}/sums.vitest.js > signs > keeps`,
  ]);
  for (const { failures } of results) for (const failure of failures) expect(text).toContain(failure);
  // Tests that did not run are reported, too.
  expect(results.flatMap(({ notRun }) => notRun)).toEqual([
    `${at}/sums.vitest.js > sleeps`,
    'shop.pw.js > closes',
  ]);
  for (const { notRun } of results) for (const title of notRun) expect(text).toContain(title);
  expect(text).toContain('npm test -- --only types,unit,browser');
  expect(last).toBe('2 passed, 5 failed');
  expect(exitCode).toBe(1);
});

test('a step that ends without its report, or that runs no test, counts as failed', async () => {
  const crash = await write('crash.mjs', 'process.exit(0);');
  const half = await write(
    'half.mjs',
    `import { writeFileSync } from 'node:fs'; writeFileSync(process.env.PLAYWRIGHT_JSON_OUTPUT_NAME, '{"stats":'); process.exit(1);`,
  );
  const none = await write(
    'none.mjs',
    `import { writeFileSync } from 'node:fs'; writeFileSync(process.env.PLAYWRIGHT_JSON_OUTPUT_NAME, '{"stats":{"expected":0},"suites":[],"errors":[]}');`,
  );
  const { results, last, exitCode } = await run(
    [crash, half, none].map((file) => ({
      name: path.basename(file),
      commands: [['node', file]],
      report: 'playwright',
    })),
  );
  expect(results.map(({ failures }) => failures)).toEqual([
    ['the runner ended before its report'],
    ['node ended with exit code 1 before its report'],
    ['ran no test'],
  ]);
  expect(last).toBe('0 passed, 3 failed');
  expect(exitCode).toBe(1);
});

test('without the services only the steps that need them are skipped, with the reason', async () => {
  const needy: Step = { name: 'hosts', commands: [['node', 'never-run.js']] };
  const { results, text, last, exitCode } = await run([needy, succeeds], {
    unprepared: 'The tests need redis-server',
  });
  expect(results.map(({ failures }) => failures)).toEqual([['skipped: The tests need redis-server'], []]);
  expect(text).toContain('The tests need redis-server');
  expect(last).toBe('0 passed, 1 failed');
  expect(exitCode).toBe(1);
});

test('after an interruption no further step starts', async () => {
  const { results, exitCode } = await run([succeeds], { interrupted: true });
  expect(results.map(({ skipped }) => skipped)).toEqual(['interrupted']);
  expect(exitCode).toBe(1);
});

test('a run without failures exits with 0', async () => {
  const { last, exitCode } = await run([succeeds]);
  expect([last, exitCode]).toEqual(['0 passed, 0 failed', 0]);
});
