import { takeProcessWide } from '#lib/platform/process-wide.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';

/** Environment for a test file that reads the metrics of its own process. */
export const metricsEnv = { METRICS_TOKEN: 'the token of the metrics' };

export async function readMetrics(): Promise<string> {
  // The state of the database is kept for some seconds, and a test reads it after each change.
  takeProcessWide('stateOfTheShop');
  const headers = { authorization: `Bearer ${metricsEnv.METRICS_TOKEN}` };
  return (await callHandlers('/api/metrics', { headers })).text();
}
