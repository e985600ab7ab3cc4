import fc from 'fast-check';
import { expect, test } from 'vitest';
import { basisPointsOf, formatMoney, maxTotalMinor } from '#lib/money.ts';

test('money is shown with as many decimals as its currency has', () => {
  expect(formatMoney(4_599, 'USD')).toBe('$45.99');
  expect(formatMoney(4_599, 'JPY')).toBe('¥4,599');
  expect(formatMoney(0, 'USD')).toBe('$0.00');
});

test('a share in basis points is rounded half up to a whole minor unit', () => {
  expect(basisPointsOf(50, 1_000)).toBe(5);
  expect(basisPointsOf(45, 1_000)).toBe(5); // 4.5
  expect(basisPointsOf(44, 1_000)).toBe(4); // 4.4
});

test('a share is exact for every amount an order may have', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: maxTotalMinor }),
      fc.integer({ min: 0, max: 10_000 }),
      (minor, points) => {
        const exact = (BigInt(minor) * BigInt(points) + 5_000n) / 10_000n;
        return BigInt(basisPointsOf(minor, points)) === exact;
      },
    ),
  );
});
