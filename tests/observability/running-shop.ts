import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { callUrl } from '#proof/harness/shopper/call.ts';
import { choosePort } from '#scripts/services/ports.ts';
import { metricsEnv } from '#tests/support/metrics.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';

/** Two web processes and a worker of one shop, as they run on one machine, with its database and Redis. */

const root = path.resolve(import.meta.dirname, '../..');
const startMs = 60_000;

/** Opens it, and closes it at the end of the file. Call it once, at the top of the file. */
export async function openRunningShop() {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'once-scrape-'));
  afterAll(() => rm(dataDir, { recursive: true, force: true }));
  const variables = { ...metricsEnv, DATA_DIR: dataDir, WEB_CONCURRENCY: '2', JOB_POLL_MS: '100' };
  const shop = await openPayingShop(variables);
  const [first, second] = await Promise.all([startWeb(1), startWeb(2)]);
  const worker = start(['worker.ts'], {});
  return { ...shop, dataDir, first, second, worker };
}

function start(args: string[], variables: Record<string, string>) {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  afterAll(() => void child.kill('SIGKILL'));
  return child;
}

async function startWeb(number: number) {
  const port = await choosePort();
  const variables = { HOST: '127.0.0.1', PORT: String(port), PROCESS_NUMBER: String(number) };
  const child = start(['proof/harness/processes/app-process.ts'], variables);
  const url = `http://127.0.0.1:${port}`;
  for (const deadline = Date.now() + startMs; Date.now() < deadline; ) {
    const answer = await fetch(`${url}/api/health`).catch(() => undefined);
    if (answer?.ok) return { child, call: callUrl(url) };
  }
  throw new Error(`the shop at ${url} did not answer`);
}
