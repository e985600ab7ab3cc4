import cluster from 'node:cluster';
import { isMainThread } from 'node:worker_threads';
import { env } from '#lib/platform/env.ts';
import { startTracing } from '#lib/platform/tracing/start-tracing.ts';

/**
 * Node loads this file before server.ts, and before the file of each thread: `node --import ./host/load-tracing.ts`.
 * The process that only supervises others has nothing to trace. Node calls each thread of the others primary, too.
 */
const supervises = isMainThread && cluster.isPrimary && env().WEB_CONCURRENCY > 1;
if (!supervises) await startTracing();
