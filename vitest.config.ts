import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // A process per file: every file has its own configuration, pools and Redis client.
    pool: 'forks',
    // Files spend most of their time waiting for databases, timeouts and child processes. Two to a core take
    // half the time of one to a core.
    maxWorkers: 2 * availableParallelism(),
    // Polled conditions are met within milliseconds, or within many seconds on a busy machine.
    expect: { poll: { timeout: 60_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          // Meant for tests that hang, not for tests that are slow on a busy machine.
          testTimeout: 60_000,
          include: [
            'lib/**/*.test.ts',
            'components/**/*.test.ts',
            'scripts/**/*.test.ts',
            'host/**/*.test.ts',
            'proof/**/*.test.ts',
            'app/**/*.test.ts',
          ],
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/hosts/**'],
          globalSetup: ['tests/setup/postgres.ts'],
          // Bursts of a thousand requests during outages take 15 seconds on two idle cores, and a minute on
          // two busy ones.
          testTimeout: 150_000,
          hookTimeout: 150_000,
        },
      },
      {
        // All cases of the matrices. The projects above run a sample of them.
        extends: true,
        test: {
          name: 'matrix',
          env: { TEST_FULL: '1' },
          include: ['{tests,proof}/**/*.matrix.test.ts'],
          globalSetup: ['tests/setup/postgres.ts'],
          testTimeout: 150_000,
          hookTimeout: 150_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'hosts',
          include: ['tests/hosts/**/*.test.ts'],
          globalSetup: ['tests/setup/postgres.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
