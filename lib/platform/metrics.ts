import { collectDefaultMetrics, Registry } from 'prom-client';
import { processWide } from '#lib/platform/process-wide.ts';

/** The process's metrics in Prometheus' terms: its CPU, memory and event loop, and what domains add. */
export function metrics(): Registry {
  return processWide('metrics', () => {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    return registry;
  });
}
