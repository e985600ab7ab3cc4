import type { IncomingMessage, ServerResponse } from 'node:http';
import { histogram } from '#lib/platform/metrics.ts';

const seconds = histogram({
  name: 'once_http_seconds',
  help: 'Answers of the Node host, except orders, by kind (page, call: a path below /api/) and status (2xx … 5xx, or aborted by the client)',
  labelNames: ['kind', 'status'],
  buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
});

/** Counts the answer to a request when it is over. Orders have metrics of their own: `order-metrics.ts`. */
export function timeAnswer({ url = '' }: IncomingMessage, response: ServerResponse): void {
  const beganAt = performance.now();
  const kind = url.startsWith('/api/') ? 'call' : 'page';
  // Next adds up to ten of its own, and Node warns of one more.
  response.setMaxListeners(response.getMaxListeners() + 1);
  response.once('close', () => {
    const status = response.writableFinished ? `${Math.floor(response.statusCode / 100)}xx` : 'aborted';
    seconds.observe({ kind, status }, (performance.now() - beganAt) / 1_000);
  });
}
