import { Gauge } from 'prom-client';
import { type QueueDepth, readQueueDepth } from '#lib/jobs/queue-tables.ts';
import { logger } from '#lib/platform/logger.ts';
import { metrics } from '#lib/platform/metrics.ts';
import { processWide } from '#lib/platform/process-wide.ts';

const unknown: QueueDepth = { waiting: Number.NaN, failed: Number.NaN, oldestSeconds: Number.NaN };

let reading: Promise<QueueDepth> | undefined;

/** One query for all gauges of a scrape, which are collected together. */
function depth(): Promise<QueueDepth> {
  reading ??= readQueueDepth()
    .catch((error) => {
      // A scrape must not fail here: the other metrics matter most when the database is down.
      logger().debug({ err: error }, 'the depth of the job queue is unknown');
      return unknown;
    })
    .finally(() => {
      reading = undefined;
    });
  return reading;
}

function addGauge(name: string, help: string, pick: (depth: QueueDepth) => number): void {
  new Gauge({
    name,
    help,
    registers: [metrics()],
    async collect() {
      this.set(pick(await depth()));
    },
  });
}

/** Adds queue depth to the process's metrics. Each scrape queries it again. */
export function registerJobMetrics(): void {
  processWide('jobMetrics', () => {
    addGauge('once_jobs_waiting', 'Jobs that are due and that no worker has taken yet', (now) => now.waiting);
    addGauge(
      'once_jobs_failed',
      'Jobs that have had their last try and wait for an operator: npm run jobs',
      (now) => now.failed,
    );
    addGauge(
      'once_jobs_oldest_seconds',
      'How long the job that is due and has waited longest has waited',
      (now) => now.oldestSeconds,
    );
    return true;
  });
}
