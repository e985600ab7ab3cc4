import type { Runner } from './read-report.ts';

/**
 * The checks, fastest failures first. `npm run verify` runs the quick steps, `npm test` all but the long
 * ones, and `npm run test:full` the long ones.
 */
export interface Step {
  name: string;
  /** Commands in node_modules/.bin, run without a shell. */
  commands: string[][];
  /** Part of `npm run verify`: needs no service and no build. */
  quick?: boolean;
  /** Part of `npm run test:full` and not of `npm test`: takes many minutes. */
  long?: boolean;
  /** The runner whose report counts the tests and names the failures. */
  report?: Runner;
}

const sources = [
  'app',
  'components',
  'host',
  'lib',
  'prisma',
  'proof',
  'scripts',
  'instrumentation.ts',
  'proxy.ts',
  'server.ts',
  'worker.ts',
];

export const steps: Step[] = [
  // Next generates the types of pages and routes, so a fresh clone doesn't have them.
  {
    name: 'types',
    commands: [
      ['next', 'typegen'],
      ['tsc', '--noEmit'],
    ],
    quick: true,
  },
  { name: 'lint', commands: [['biome', 'check', '--error-on-warnings', '.']], quick: true },
  {
    name: 'imports',
    commands: [['depcruise', '--config', '.dependency-cruiser.mjs', ...sources]],
    quick: true,
  },
  { name: 'dead-code', commands: [['knip', '--no-config-hints']], quick: true },
  { name: 'unit', commands: [['vitest', 'run', '--project', 'unit']], quick: true, report: 'vitest' },
  { name: 'integration', commands: [['vitest', 'run', '--project', 'integration']], report: 'vitest' },
  // After everything that needs no build: this step builds, and the browser tests use its build.
  { name: 'hosts', commands: [['vitest', 'run', '--project', 'hosts']], report: 'vitest' },
  { name: 'browser', commands: [['playwright', 'test']], report: 'playwright' },
  { name: 'matrix', commands: [['vitest', 'run', '--project', 'matrix']], long: true, report: 'vitest' },
  { name: 'lighthouse', commands: [['node', 'proof/lighthouse/run.ts']], long: true },
  { name: 'chaos', commands: [['node', 'proof/chaos/run.ts', '--minutes', '5', '--check']], long: true },
];
