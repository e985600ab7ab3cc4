import { expect, test } from 'vitest';
import { offerOf } from '#components/catalogue/stock.ts';

// What broke: cards and pages said "from $9.00" for a variant that was sold out.

const variant = (priceMinor: number, available: number) => ({ priceMinor, available });

test('the price is the price of a variant in stock', () => {
  expect(offerOf([variant(900, 0), variant(1_500, 3), variant(1_900, 1)])).toEqual({
    minor: 1_500,
    from: true,
  });
  expect(offerOf([variant(900, 0), variant(1_500, 3)])).toEqual({ minor: 1_500, from: false });
  expect(offerOf([variant(900, 2), variant(1_500, 0)])).toEqual({ minor: 900, from: false });
});

test('a sold-out product shows its former price, and a product without variants shows no price', () => {
  expect(offerOf([variant(900, 0), variant(1_500, 0)])).toEqual({ minor: 900, from: true });
  expect(offerOf([])).toBeUndefined();
});
