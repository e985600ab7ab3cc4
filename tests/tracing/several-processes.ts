import cluster from 'node:cluster';
import { isMainThread, Worker } from 'node:worker_threads';
import { tracing } from '#lib/platform/tracing/tracing.ts';

/** Like server.ts with several processes: prints which of them, and of their threads, have traces. */
const place = !isMainThread ? 'thread' : cluster.isPrimary ? 'supervisor' : 'process';
process.stdout.write(`${place} ${tracing() !== undefined}\n`);
if (place === 'supervisor') cluster.fork();
if (place === 'process') {
  new Worker(new URL(import.meta.url)).once('exit', () => process.disconnect?.());
}
