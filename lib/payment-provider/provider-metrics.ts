import { histogram } from '#lib/platform/metrics.ts';

const seconds = histogram({
  name: 'once_provider_seconds',
  help: 'Calls of the payment provider by kind and result: answered, refused (it will never do that), denied (the API key or the request is wrong) or unknown (no usable answer in time)',
  labelNames: ['call', 'result'],
  buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 6],
});

export type CallResult = 'answered' | 'refused' | 'denied' | 'unknown';

export function countCall(call: string, result: CallResult, ms: number): void {
  seconds.observe({ call, result }, ms / 1_000);
}
