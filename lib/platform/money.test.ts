import fc from 'fast-check';
import { expect, test } from 'vitest';
import { basisPointsOf, formatMoney, maxTotalMinor, parseMoney, typedMoney } from '#lib/platform/money.ts';

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

test('an amount is parsed exactly to the minor unit, or refused', () => {
  const read = (typed: string) => parseMoney(typed, 'USD');
  expect(['12.50', '12.5', '12', '0.07'].map(read)).toEqual([1_250, 1_250, 1_200, 7]);
  expect(['', '.5', '12.', '12.505', '-3', '1,200', '1e3', ' 5', '5 '].map(read)).toEqual(
    Array(9).fill(undefined),
  );
  expect([parseMoney('1200', 'JPY'), parseMoney('1200.5', 'JPY')]).toEqual([1_200, undefined]);
});

test('an amount formatted for typing can be parsed again', () => {
  expect([typedMoney(1_250, 'USD'), typedMoney(5, 'USD'), typedMoney(1_200, 'JPY')]).toEqual([
    '12.50',
    '0.05',
    '1200',
  ]);
  expect(parseMoney(typedMoney(maxTotalMinor, 'USD'), 'USD')).toBe(maxTotalMinor);
});
