import { describe, expect, it } from 'vitest';
import { type Probe, recoveredAfterMs } from '#proof/bench/load/recovery.ts';

/** A probe every 50 ms for 3 s. The `ill` ones get `how` as their answer. */
const probes = (ill: (dueAtMs: number) => boolean, how: Partial<Probe>): Probe[] =>
  Array.from({ length: 61 }, (_, index) => ({
    dueAtMs: index * 50,
    status: 201,
    latencyMs: 5,
    ...(ill(index * 50) ? how : {}),
  }));

describe('the time to recover', () => {
  it('is 0 when every order is accepted quickly from the beginning', () => {
    expect(recoveredAfterMs(probes(() => false, {}))).toBe(0);
  });

  it.each([{ status: 503 }, { latencyMs: 101 }, { status: 0, latencyMs: Number.NaN }])(
    'ends after the last order with %o',
    (how) => {
      expect(recoveredAfterMs(probes((at) => at < 500 || at === 1_200, how))).toBe(1_250);
    },
  );

  it('is unknown without a full second of quick answers', () => {
    expect(recoveredAfterMs(probes((at) => at === 2_500, { status: 503 }))).toBeNull();
    expect(recoveredAfterMs([])).toBeNull();
  });
});
