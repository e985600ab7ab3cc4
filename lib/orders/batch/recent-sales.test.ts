import { expect, test } from 'vitest';
import { RecentSales } from '#lib/orders/batch/recent-sales.ts';

test('the items with most orders of the last minute come first, and older orders do not count', () => {
  const sales = new RecentSales();
  sales.note(['OLD', 'OLD', 'OLD', 'LAMP'], 1_000);
  sales.note(['LAMP', 'MUG'], 55_000);
  expect(sales.top(2, 59_000)).toEqual([
    ['OLD', 3],
    ['LAMP', 2],
  ]);
  expect(sales.top(2, 65_000)).toEqual([
    ['LAMP', 1],
    ['MUG', 1],
  ]);
  expect(sales.top(2, 130_000)).toEqual([]);
});

test('a rush on more items than are counted keeps counting the first thousand', () => {
  const sales = new RecentSales();
  sales.note(
    Array.from({ length: 5_000 }, (_, index) => `SKU-${index}`),
    0,
  );
  sales.note(['SKU-7', 'SKU-4999'], 1);
  expect(sales.top(1, 1)).toEqual([['SKU-7', 2]]);
  expect(sales.top(10_000, 1)).toHaveLength(1_000);
});
