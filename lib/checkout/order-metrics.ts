import { Counter, Gauge, Histogram } from 'prom-client';
import { orderWriter } from '#lib/orders/batch/order-writer.ts';
import { metrics } from '#lib/platform/metrics.ts';
import { processWide } from '#lib/platform/process-wide.ts';
import { redisState } from '#lib/platform/redis/redis.ts';

/** The metrics of submissions and of the order writer. */
const orderMetrics = () =>
  processWide('orderMetrics', () => {
    const registers = [metrics()];
    new Gauge({
      name: 'once_order_queue',
      help: 'Submissions waiting for a batch, and submissions in a batch that is being written',
      labelNames: ['state'],
      registers,
      collect() {
        const { waiting, running } = orderWriter().depth();
        this.set({ state: 'waiting' }, waiting);
        this.set({ state: 'running' }, running);
      },
    });
    new Gauge({
      name: 'once_redis_up',
      help: '1 while Redis answers, 0 while orders go on without it or none is configured',
      registers,
      collect() {
        this.set(redisState() === 'up' ? 1 : 0);
      },
    });
    return {
      answers: new Counter({
        name: 'once_order_answers_total',
        help: 'Answers of POST /api/orders by outcome or problem code',
        labelNames: ['outcome'],
        registers,
      }),
      seconds: new Histogram({
        name: 'once_order_seconds',
        help: 'Time from a submission to its answer',
        buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
        registers,
      }),
    };
  });

/** Counts one answer. `beganAt` is the value of `performance.now()` when the request arrived. */
export function countAnswer(outcome: string, beganAt: number): void {
  const { answers, seconds } = orderMetrics();
  answers.inc({ outcome });
  seconds.observe((performance.now() - beganAt) / 1000);
}

/** All metrics of this process as Prometheus text. */
export async function readMetrics(): Promise<{ contentType: string; text: string }> {
  orderMetrics();
  const registry = metrics();
  return { contentType: registry.contentType, text: await registry.metrics() };
}
