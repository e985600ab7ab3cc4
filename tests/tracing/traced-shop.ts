import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { afterAll, expect } from 'vitest';
import { callUrl } from '#proof/harness/shopper/call.ts';
import { choosePort } from '#scripts/services/ports.ts';
import type { Collector, ReceivedSpan } from '#tests/support/services/collector.ts';

const root = path.resolve(import.meta.dirname, '../..');
const startMs = 60_000;

/**
 * A process of the shop, with the order writer in its thread. Traces are loaded as for server.ts. It ends with the
 * file. Within a test, pass `onTestFinished` as `atEnd`.
 */
export async function startTraced(
  variables: Record<string, string>,
  atEnd: (end: () => void) => void = afterAll,
) {
  const port = await choosePort();
  const child = spawn(
    process.execPath,
    ['--import=./host/load-tracing.ts', 'proof/harness/processes/app-process.ts'],
    {
      cwd: root,
      env: { ...process.env, LOG_LEVEL: 'info', HOST: '127.0.0.1', PORT: String(port), ...variables },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let log = '';
  child.stdout.on('data', (text) => {
    log += text;
  });
  atEnd(() => void child.kill('SIGKILL'));
  const url = `http://127.0.0.1:${port}`;
  for (const deadline = Date.now() + startMs; Date.now() < deadline; ) {
    const answer = await fetch(`${url}/api/health`).catch(() => undefined);
    if (answer?.ok) return { child, port, call: callUrl(url), log: () => log };
  }
  throw new Error(`the shop at ${url} did not answer`);
}

/** Stops a process as its supervisor does. Resolves with its exit code and how long that took. */
export async function stopped(child: ChildProcess): Promise<{ code: number | null; ms: number }> {
  const beganAt = performance.now();
  const code = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  return { code: await code, ms: performance.now() - beganAt };
}

/** Waits until the collector has a span that matches, and returns the first one. */
export async function spanOf(
  collector: Collector,
  matches: (span: ReceivedSpan) => boolean,
): Promise<ReceivedSpan> {
  await expect.poll(() => collector.spans.some(matches)).toBe(true);
  return collector.spans.find(matches) as ReceivedSpan;
}
