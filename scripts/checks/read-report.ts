import { readFile } from 'node:fs/promises';
import path from 'node:path';

export type Runner = 'vitest' | 'playwright';

export interface Report {
  passed: number;
  /** One line for each test, file or error that failed. */
  failures: string[];
  /** One line for each test that did not run on this machine. */
  notRun: string[];
}

/** Reads the JSON report of a test runner. Undefined when the runner ended before the report was complete. */
export async function readReport(runner: Runner, file: string, root: string): Promise<Report | undefined> {
  try {
    const json = JSON.parse(await readFile(file, 'utf8'));
    return runner === 'vitest' ? ofVitest(json, root) : ofPlaywright(json);
  } catch {
    return undefined;
  }
}

interface VitestReport {
  numPassedTests: number;
  testResults: {
    name: string;
    status: string;
    assertionResults: { status: string; ancestorTitles: string[]; title: string }[];
  }[];
}

function ofVitest({ numPassedTests, testResults }: VitestReport, root: string): Report {
  const failures = testResults.flatMap(({ name, status, assertionResults }) => {
    const file = path.relative(root, name);
    const failed = assertionResults.filter((test) => test.status === 'failed');
    // A file that does not load, or whose hook fails, has no failed tests of its own.
    if (status === 'failed' && failed.length === 0) return [`${file} did not run to its end`];
    return failed.map((test) => lineOf(file, test));
  });
  const notRun = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status !== 'passed' && status !== 'failed')
      .map((test) => lineOf(path.relative(root, name), test)),
  );
  return { passed: numPassedTests, failures, notRun };
}

const lineOf = (file: string, { ancestorTitles, title }: { ancestorTitles: string[]; title: string }) =>
  [file, ...ancestorTitles, title].join(' > ');

interface PlaywrightSuite {
  title: string;
  suites?: PlaywrightSuite[];
  specs?: { title: string; tests: { status: string }[] }[];
}

interface PlaywrightReport {
  stats: { expected: number };
  suites: PlaywrightSuite[];
  /** Failures outside a test, for example of the web server. */
  errors: { message?: string }[];
}

function ofPlaywright({ stats, suites, errors }: PlaywrightReport): Report {
  const outside = errors.map(({ message = 'an error outside a test' }) => message.split('\n')[0] ?? message);
  return {
    passed: stats.expected,
    // A flaky test failed once, and that counts as a failure.
    failures: [...suites.flatMap((suite) => testsOf(suite, ['unexpected', 'flaky'])), ...outside],
    notRun: suites.flatMap((suite) => testsOf(suite, ['skipped'])),
  };
}

function testsOf(suite: PlaywrightSuite, wanted: string[], above: string[] = []): string[] {
  const here = [...above, suite.title];
  const found = (suite.specs ?? []).filter(({ tests }) =>
    tests.some(({ status }) => wanted.includes(status)),
  );
  return [
    ...found.map((spec) => [...here, spec.title].join(' > ')),
    ...(suite.suites ?? []).flatMap((inner) => testsOf(inner, wanted, here)),
  ];
}
