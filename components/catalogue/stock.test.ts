import { expect, test } from 'vitest';
import { offerOf } from '#components/catalogue/stock.ts';

// Cards and pages said "from $9.00" for a variant that was sold out.

const variant = (priceMinor: number, available: number) => ({ priceMinor, available });

test('a price is that of a variant that can be bought', () => {
  expect(offerOf([variant(900, 0), variant(1_500, 3), variant(1_900, 1)])).toEqual({
    minor: 1_500,
    from: true,
  });
  expect(offerOf([variant(900, 0), variant(1_500, 3)])).toEqual({ minor: 1_500, from: false });
  expect(offerOf([variant(900, 2), variant(1_500, 0)])).toEqual({ minor: 900, from: false });
});

test('a product that is sold out shows what it cost, and one without variants shows no price', () => {
  expect(offerOf([variant(900, 0), variant(1_500, 0)])).toEqual({ minor: 900, from: true });
  expect(offerOf([])).toBeUndefined();
});
