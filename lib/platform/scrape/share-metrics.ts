import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import path from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { env } from '#lib/platform/env.ts';
import { logger } from '#lib/platform/logger.ts';
import { collectProcessMetrics, gauge, metrics } from '#lib/platform/metrics.ts';
import { processWide } from '#lib/platform/process-wide.ts';
import { removeDeadFolders, sharedFolder, shortest } from '#lib/platform/scrape/shared-folder.ts';
import { warnSeldom } from '#lib/platform/scrape/warn-seldom.ts';

/** What one process, or thread, answers. `process` is the label of its metrics. */
export interface SharedMetrics {
  process: string;
  /** Threads have that of their process. */
  pid: number;
  metrics: Awaited<ReturnType<ReturnType<typeof metrics>['getMetricsAsJSON']>>;
}

const sharing = () => processWide('sharesMetrics', () => ({ isOn: false }));

/** Whether this process gives its metrics to the others, so that it may ask them. */
export const sharesMetrics = (): boolean => sharing().isOn;

/**
 * Gives the metrics of this process, or thread, to whichever process of the machine is scraped. A scrape
 * reaches one web process by chance, and the worker has no port at all. The socket is open only to the user
 * of the shop. Without it the shop works as before, and a scrape shows one process.
 */
export async function shareMetrics(role: 'web' | 'worker'): Promise<void> {
  if (isMainThread) describeProcess(role);
  const label = `${role}-${env().PROCESS_NUMBER}`;
  const file = path.join(sharedFolder(), `${randomUUID().slice(0, 8)}.sock`);
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    await listen(
      shortest(file),
      (socket) => void send(socket, label).catch((error) => refuse(socket, error)),
    );
    sharing().isOn = true;
  } catch (error) {
    logger().warn({ err: error }, 'the metrics of this process are not in scrapes of other processes');
    return;
  }
  // A killed process leaves its socket, and the next scrape removes it.
  process.once('exit', () => rmSync(file, { force: true }));
  if (isMainThread) await removeDeadFolders();
}

/** A thread shares the label of its process, so this is counted in one of them. */
function describeProcess(role: 'web' | 'worker'): void {
  collectProcessMetrics();
  if (role === 'worker') return;
  const help = 'Web processes that this machine should have: WEB_CONCURRENCY';
  gauge({ name: 'once_web_processes', help }).set(env().WEB_CONCURRENCY);
}

function listen(file: string, onConnection: (socket: Socket) => void): Promise<void> {
  const server = createServer(onConnection);
  // It must not keep a process alive that has nothing else to do.
  server.unref();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(file, resolve);
  });
}

async function send(socket: Socket, label: string): Promise<void> {
  // A scraper that has given up.
  socket.on('error', () => undefined);
  const all = await metrics().getMetricsAsJSON();
  const answer: SharedMetrics = { process: label, pid: process.pid, metrics: all };
  socket.end(JSON.stringify(answer));
}

/** A gauge that throws must not end the process. */
function refuse(socket: Socket, error: unknown): void {
  warnSeldom('share-metrics', error, 'this process is missing in scrapes: its metrics could not be read');
  socket.destroy();
}
