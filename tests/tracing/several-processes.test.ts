import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';

test('with several processes, each and its threads have traces, and their supervisor has none', () => {
  // What broke: Node calls a thread of any process primary, so the order writer's thread was left out.
  const root = path.resolve(import.meta.dirname, '../..');
  const args = ['--import=./host/load-tracing.ts', 'tests/tracing/several-processes.ts'];
  const env = {
    ...process.env,
    DATABASE_URL: 'postgresql://127.0.0.1/none',
    ONCE_SECRET: 'x'.repeat(32),
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
    WEB_CONCURRENCY: '2',
  };
  const printed = execFileSync(process.execPath, args, { cwd: root, env, encoding: 'utf8' });
  expect(printed.trim().split('\n').toSorted()).toEqual(['process true', 'supervisor false', 'thread true']);
});
