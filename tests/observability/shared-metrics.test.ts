import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, utimes } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { gauge } from '#lib/platform/metrics.ts';
import { gatherMetrics } from '#lib/platform/scrape/gather-metrics.ts';
import { type SharedMetrics, shareMetrics } from '#lib/platform/scrape/share-metrics.ts';
import { removeDeadFolders, sharedFolder, shortest } from '#lib/platform/scrape/shared-folder.ts';
import { useTestEnv } from '#tests/support/services/env.ts';

/** The sockets at which processes of one machine give their metrics. */

const dataDir = await mkdtemp(path.join(os.tmpdir(), 'once-shared-'));
afterAll(() => rm(dataDir, { recursive: true, force: true }));
useTestEnv({ DATA_DIR: dataDir, DATABASE_URL: 'postgresql://web:one@db.example/shop?connect_timeout=3' });
await shareMetrics('web');

/** A process that gives metrics of its own, until the test ends. Resolves with how to close it. */
async function openProcess(file: string, answer: SharedMetrics): Promise<() => Promise<void>> {
  await mkdir(path.dirname(file), { recursive: true });
  const server = createServer((socket) => {
    // A look for dead folders closes the connection before it reads.
    socket.on('error', () => undefined);
    socket.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(shortest(file), resolve));
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  onTestFinished(close);
  return close;
}

/** The socket of a process that was killed. */
function leaveSocket(file: string): void {
  const script = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', script, shortest(file)]);
  expect(existsSync(file)).toBe(true);
}

const withJobs = (pid: number, value: number): SharedMetrics => ({
  process: 'worker-1',
  pid,
  metrics: [
    { name: 'jobs_seen', help: 'Jobs', type: 'gauge', aggregator: 'sum', values: [{ value, labels: {} }] },
  ] as unknown as SharedMetrics['metrics'],
});

// What broke: a worker of the old and one of the new release were added up, so a dashboard showed a process
// with twice the memory, and the end of one looked like a restart.
test('threads of a process are added up, and two processes with one name are shown apart', async () => {
  const own = (name: string) => path.join(sharedFolder(), `${name}.sock`);
  await openProcess(own('old'), withJobs(100, 1));
  await openProcess(own('thread'), withJobs(100, 2));
  await openProcess(own('new'), withJobs(200, 40));
  const lines = (await gatherMetrics()).split('\n').filter((line) => line.startsWith('jobs_seen'));
  expect(lines.sort()).toEqual(['jobs_seen{process="worker-1"} 3', 'jobs_seen{process="worker-1-200"} 40']);
});

// What broke: the rejection was not handled, and ended the worker.
test('a process whose gauge throws is missing in the scrape, and goes on', async () => {
  const failing = { isOn: true };
  gauge({
    name: 'broken',
    help: 'A defect',
    collect() {
      if (failing.isOn) throw new Error('a defect of a gauge');
    },
  });
  expect(await gatherMetrics()).not.toContain('process_start_time_seconds{');
  failing.isOn = false;
  expect(await gatherMetrics()).toContain('process_start_time_seconds{process="web-');
});

// What broke: the hash was of the whole URL, so a worker with a role of its own was in another folder.
test('processes with other credentials or parameters meet, and those of another database or schema do not', () => {
  const folderOf = (url: string) => sharedFolder({ DATA_DIR: dataDir, DATABASE_URL: url });
  const own = sharedFolder();
  expect(folderOf('postgresql://worker:two@db.example:5432/shop?application_name=w')).toBe(own);
  const others = [
    'postgresql://web:one@db.example/other',
    'postgresql://web:one@db.example:6432/shop',
    'postgresql://web:one@else.example/shop',
    'postgresql://web:one@db.example/shop?schema=second',
  ].map(folderOf);
  expect(new Set([own, ...others]).size).toBe(5);
});

test('folders of shops that have ended are removed, and those of running and starting ones are not', async () => {
  const folder = (name: string) => path.join(dataDir, 'metrics', name);
  const [running, starting, ended] = [folder('running'), folder('starting'), folder('ended')];
  await openProcess(path.join(running, 'a.sock'), withJobs(1, 1));
  await Promise.all([starting, ended].map((one) => mkdir(one)));
  leaveSocket(path.join(ended, 'a.sock'));
  const old = new Date(Date.now() - 3_600_000);
  await Promise.all([running, ended].map((one) => utimes(one, old, old)));
  await removeDeadFolders();
  expect([running, starting, ended, sharedFolder()].map((one) => existsSync(one))).toEqual([
    true,
    true,
    false,
    true,
  ]);
});
