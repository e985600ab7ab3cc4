import { callHandlers } from '#proof/harness/shopper/call.ts';

/** Environment for a test file that reads the metrics of its own process. */
export const metricsEnv = { METRICS_TOKEN: 'the token of the metrics' };

export async function readMetrics(): Promise<string> {
  const headers = { authorization: `Bearer ${metricsEnv.METRICS_TOKEN}` };
  return (await callHandlers('/api/metrics', { headers })).text();
}
