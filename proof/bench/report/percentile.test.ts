import { describe, expect, it } from 'vitest';
import { percentile } from '#proof/bench/report/percentile.ts';

const hundred = Array.from({ length: 100 }, (_, index) => index + 1);

describe('a percentile', () => {
  it('is the value that this share of the values does not exceed', () => {
    expect([0.01, 0.5, 0.95, 0.99, 1].map((share) => percentile(hundred, share))).toEqual([
      1, 50, 95, 99, 100,
    ]);
  });

  it('is always a measured value, rounded up to the next one', () => {
    expect(percentile([10, 20], 0.5)).toBe(10);
    expect(percentile([10, 20], 0.51)).toBe(20);
    expect(percentile([1, 2, 1_000], 0.99)).toBe(1_000);
  });

  it('of one value is that value, and of none is NaN', () => {
    expect(percentile([7], 0.01)).toBe(7);
    expect(percentile([], 0.5)).toBeNaN();
  });
});
