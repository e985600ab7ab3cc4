// Mutation testing (docs/mutation.md). proof/mutation/rooms.ts lists the mutated files and
// the tests that should notice. `npm run mutate` runs it.
export default {
  testRunner: 'vitest',
  // Every test file is a process of its own here: it has its own configuration, pools and Redis client.
  vitest: { pool: 'forks', related: false, configFile: 'proof/mutation/vitest.config.ts' },
  coverageAnalysis: 'perTest',
  // The sandbox is a copy of the repository, in which `#lib/…` leads to the mutated files.
  tempDirName: '.data/mutation/sandbox',
  ignorePatterns: ['.data', '.next', 'public', 'e2e', 'proof/bench/results', 'test-results', 'docs'],
  // Stryker would rewrite paths in it with an API that TypeScript 7 no longer has. No path leads outside.
  tsconfigFile: 'none',
  // Vitest strips types without checking them.
  disableTypeChecks: false,
  // A test times out after a few times its usual duration plus the patience of its room.
  timeoutFactor: 4,
  reporters: ['progress-append-only', 'json', 'html'],
  jsonReporter: { fileName: '.data/mutation/mutation.json' },
  htmlReporter: { fileName: '.data/mutation/mutation.html' },
  // All tests of a room, one file after the other, on a machine that may be busy.
  dryRunTimeoutMinutes: 30,
};
