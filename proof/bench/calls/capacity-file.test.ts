import { expect, it } from 'vitest';
import { capacityFrom } from '#proof/bench/calls/capacity-file.ts';
import { capacityParts } from '#proof/bench/calls/capacity-kinds.ts';
import type { Measurement } from '#proof/bench/measurement.ts';

const part = (name: string, node: number, postgres: number) => ({
  name,
  requests: 10,
  cpuMs: { node, redis: 0.1, postgres },
  latency: null,
  bytes: 0,
});
const parts = Object.values(capacityParts)
  .flat()
  .map((name, index) => part(name, 1 + index, 2));
const measured = (id: string, more: Partial<Measurement>) => ({ id, ...more }) as Measurement;

it('a class costs the mean of its kinds, and the shop’s cost is that of all tiers', () => {
  const capacity = capacityFrom(
    [
      measured('capacity', { parts }),
      measured('edge-cached', { sent: 1_000, usage: { cpuSeconds: { nginx: 0.03 }, wallSeconds: 1 } }),
    ],
    'here and now',
  );
  // The order is the first kind, and the four calls follow.
  expect(capacity?.cpuMs.order).toEqual({ node: 1, shop: 3.1 });
  expect(capacity?.cpuMs.call).toEqual({ node: 3.5, shop: 5.6 });
  expect(capacity?.cpuMs.duplicate).toEqual({ nginx: 0.03 });
  expect(capacity?.measured).toBe('here and now');
});

it('without the scenario there is no file, and without duplicates their known cost is kept', () => {
  expect(capacityFrom([measured('edge-cached', {})], '')).toBeUndefined();
  expect(capacityFrom([measured('capacity', { parts })], '')?.cpuMs.duplicate.nginx).toBeGreaterThan(0);
});
