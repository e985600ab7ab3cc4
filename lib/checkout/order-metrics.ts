import { orderWriter } from '#lib/orders/batch/order-writer.ts';
import { counter, gauge, histogram } from '#lib/platform/metrics.ts';
import { pingRedis, redisState } from '#lib/platform/redis/redis.ts';

/** The metrics of submissions, from their request to their answer. */

gauge({
  name: 'once_order_queue',
  help: 'Submissions waiting for a batch, and submissions in a batch that is being written',
  labelNames: ['state'],
  collect() {
    const { waiting, running } = orderWriter().depth();
    this.set({ state: 'waiting' }, waiting);
    this.set({ state: 'running' }, running);
  },
});

gauge({
  name: 'once_order_queue_oldest_seconds',
  help: 'How long the oldest submission without a result has been with the order writer',
  collect() {
    this.set(orderWriter().delayMs() / 1_000);
  },
});

let pinging: Promise<unknown> | undefined;

/** Asks, because the state is that of the last call: without orders it would stay what it was. */
async function currentRedisState(): Promise<'up' | 'degraded' | 'off'> {
  pinging ??= pingRedis()
    // An error of Redis itself is an answer, and no reason to fail the scrape.
    .catch(() => false)
    .finally(() => {
      pinging = undefined;
    });
  await pinging;
  return redisState();
}

gauge({
  name: 'once_redis_up',
  help: '1 while Redis answers, 0 while orders go on without it or none is configured',
  async collect() {
    this.set((await currentRedisState()) === 'up' ? 1 : 0);
  },
});

gauge({
  name: 'once_redis_degraded',
  help: '1 while a configured Redis does not answer, so that orders go on without it',
  async collect() {
    this.set((await currentRedisState()) === 'degraded' ? 1 : 0);
  },
});

const answers = counter({
  name: 'once_order_answers_total',
  help: 'Answers of POST /api/orders by outcome or problem code',
  labelNames: ['outcome'],
});
// From zero, so that an alert sees the first one of a kind.
for (const outcome of ['accepted', 'replayed', 'overloaded', 'unavailable', 'internal'])
  answers.inc({ outcome }, 0);

const seconds = histogram({
  name: 'once_order_seconds',
  help: 'Time from a submission to its answer',
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
});

/** Counts one answer. `beganAt` is the value of `performance.now()` when the request arrived. */
export function countAnswer(outcome: string, beganAt: number): void {
  answers.inc({ outcome });
  seconds.observe((performance.now() - beganAt) / 1000);
}
