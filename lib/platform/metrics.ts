import { collectDefaultMetrics, Registry } from 'prom-client';
import { processWide } from '#lib/platform/process-wide.ts';

/** The process's Prometheus registry: CPU, memory and event loop, plus the metrics of the domains. */
export function metrics(): Registry {
  return processWide('metrics', () => {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    return registry;
  });
}
