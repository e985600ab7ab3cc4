import { describe, expect, it } from 'vitest';
import { cpuMsOfOne, cpuMsTogether, latencyAmong, mean } from '#proof/bench/part.ts';

describe('the CPU time of one request', () => {
  it('is that of all of them divided by their number, without the generator', () => {
    expect(cpuMsOfOne({ node: 3, postgres: 1, load: 9 }, 1_000)).toEqual({ node: 3, postgres: 1 });
  });

  it('is added up over the tiers', () => {
    expect(cpuMsTogether({ cpuMs: { nginx: 0.5, node: 3, postgres: 1 } })).toBe(4.5);
  });
});

describe('the times of a part', () => {
  it('are measured values, whatever their order', () => {
    const times = Array.from({ length: 200 }, (_, index) => 200 - index);
    expect(latencyAmong(times)).toEqual({ p50: 100, p95: 190, p99: 198, max: 200 });
  });

  it('are unknown without an answer', () => {
    expect(latencyAmong([])).toBeNull();
    expect(mean([])).toBe(0);
    expect(mean([1, 2, 6])).toBe(3);
  });
});
