import { metrics } from '#lib/platform/metrics.ts';
import { logSubmissions } from '#lib/submissions/log-submissions.ts';

/** A process that logs 5,000 submissions, and tells its parent when it is done. */

const record = {
  id: 'id',
  submitted: { userId: 'ada', submitToken: 'token', cartId: 'cart' },
  orderId: undefined,
  requestId: 'a-request',
  layer: 'redis',
  outcome: 'replayed',
  status: 201,
  made: false,
  beganAt: 0,
  tookMs: 1,
  ip: undefined,
  copies: 1,
} as const;

for (let second = 0; second < 50; second += 1) logSubmissions(Array.from({ length: 100 }, () => record));
const dropped = await metrics().getSingleMetric('once_submission_lines_dropped_total')?.get();
process.send?.(dropped?.values[0]?.value);
process.disconnect?.();
