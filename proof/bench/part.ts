import type { Latency } from '#proof/bench/load/record.ts';
import type { Tier } from '#proof/bench/measurement.ts';
import { percentile } from '#proof/bench/report/percentile.ts';

/** One kind of request of a load that consists of several: a step of a purchase, a page of a yardstick. */
export interface Part {
  name: string;
  /** How many of them the CPU time is of. */
  requests: number;
  /** CPU milliseconds of one request, of each tier that took part. */
  cpuMs: Partial<Record<Tier, number>>;
  /** Milliseconds; null where it was not measured. */
  latency: Latency | null;
  /** The mean size of an answer's body, as it was transferred. */
  bytes: number;
}

/** CPU seconds of many requests as CPU milliseconds of one. The generator's are left out. */
export function cpuMsOfOne(cpuSeconds: Partial<Record<Tier, number>>, requests: number): Part['cpuMs'] {
  const tiers = Object.entries(cpuSeconds).filter(([tier]) => tier !== 'load');
  return Object.fromEntries(tiers.map(([tier, seconds]) => [tier, (seconds * 1000) / requests]));
}

/** CPU milliseconds of one request, of all tiers. */
export const cpuMsTogether = ({ cpuMs }: Pick<Part, 'cpuMs'>): number =>
  Object.values(cpuMs).reduce((sum, ms) => sum + ms, 0);

/** Percentiles of these times. Null without any. */
export function latencyAmong(ms: number[]): Latency | null {
  if (ms.length === 0) return null;
  const sorted = Float64Array.from(ms).sort();
  return {
    p50: percentile(sorted, 0.5),
    p95: percentile(sorted, 0.95),
    p99: percentile(sorted, 0.99),
    max: percentile(sorted, 1),
  };
}

export const mean = (values: number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
