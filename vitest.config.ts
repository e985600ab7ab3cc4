import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // A process for each file: every file has its own configuration, pools and Redis client.
    pool: 'forks',
    // Files wait for databases and children as often as they compute, so two share two cores well.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // What is waited for happens in milliseconds, or in many seconds on a machine with other work.
    expect: { poll: { timeout: 20_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          // A limit for what hangs, not for what is slow on a busy machine.
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
          // Bursts of a thousand requests with outages that are waited out take 15 seconds on two quiet
          // cores, and a minute on two that have much else to do.
          testTimeout: 150_000,
          hookTimeout: 150_000,
        },
      },
      {
        // Every case of the matrices of which the projects above run a sample.
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
