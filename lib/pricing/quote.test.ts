import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quote } from '#lib/pricing/quote.ts';
import { countryCodes } from '#lib/shipping/countries.ts';
import { shippingMethodIds, shippingMethodsFor } from '#lib/shipping/methods.ts';

const lines = fc.array(
  fc.record({
    sku: fc.string({ minLength: 1 }),
    quantity: fc.integer({ min: 1, max: 99 }),
    unitPriceMinor: fc.integer({ min: 0, max: 100_000 }),
  }),
  { minLength: 1, maxLength: 50 },
);
const methods = fc.constantFrom(...shippingMethodIds);
const places = fc.constantFrom(...countryCodes);

test('a total is the sum of its parts, and every part a whole number of minor units', () => {
  fc.assert(
    fc.property(lines, methods, places, (cart, method, country) => {
      const totals = quote(cart, method, country);
      const { subtotalMinor, shippingMinor, taxMinor, discountMinor, totalMinor } = totals;
      return (
        Object.values(totals).every((part) => Number.isSafeInteger(part) && part >= 0) &&
        totalMinor === subtotalMinor + shippingMinor + taxMinor - discountMinor
      );
    }),
  );
});

test('the order of the lines does not change the price', () => {
  fc.assert(
    fc.property(lines, methods, places, (cart, method, country) => {
      expect(quote([...cart].reverse(), method, country)).toEqual(quote(cart, method, country));
    }),
  );
});

test('shipping costs the price in the list of methods', () => {
  fc.assert(
    fc.property(lines, methods, places, (cart, method, country) => {
      const { subtotalMinor, shippingMinor } = quote(cart, method, country);
      const listed = shippingMethodsFor(subtotalMinor, country).find(({ id }) => id === method);
      return listed?.priceMinor === shippingMinor;
    }),
  );
});

test('standard shipping is free for large domestic orders, and not for small or foreign ones', () => {
  const cart = (unitPriceMinor: number) => [{ sku: 'A', quantity: 1, unitPriceMinor }];
  expect(quote(cart(7_500), 'standard', 'US')).toMatchObject({
    shippingMinor: 0,
    taxMinor: 0,
    totalMinor: 7_500,
  });
  expect(quote(cart(7_499), 'standard', 'US').shippingMinor).toBe(499);
  expect(quote(cart(7_500), 'express', 'US').shippingMinor).toBe(1_299);
  // (100.00 + 14.99) × 19 % = 21.848
  expect(quote(cart(10_000), 'standard', 'DE')).toMatchObject({ taxMinor: 2_185, totalMinor: 13_684 });
});
