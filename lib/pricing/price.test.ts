import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { basisPointsOf } from '#lib/platform/money.ts';
import { type CartToPrice, type PricedCart, price } from '#lib/pricing/price.ts';
import type { PricingRules } from '#lib/pricing/rules.ts';
import { shippingMethodsTo } from '#lib/pricing/rules.ts';
import { firstRules } from '#lib/pricing/rules-samples.ts';

const lines = fc.uniqueArray(
  fc.record({
    sku: fc.string({ minLength: 1 }),
    quantity: fc.integer({ min: 1, max: 99 }),
    unitPriceMinor: fc.integer({ min: 0, max: 100_000 }),
  }),
  { selector: ({ sku }) => sku, minLength: 1, maxLength: 50 },
);

const zones = ['near', 'far'];
const codes = ['AA', 'BB', 'CC'];
const methods = ['slow', 'fast'];
const amount = fc.integer({ min: 0, max: 20_000 });

/** Rules of an invented shop: any prices, any tax. */
const anyRules: fc.Arbitrary<PricingRules> = fc.record({
  version: fc.constant(1),
  currency: fc.constant('USD'),
  homeCountry: fc.constant('AA'),
  countries: fc
    .tuple(
      ...codes.map((code) =>
        fc.record({
          code: fc.constant(code),
          name: fc.constant(code),
          zone: fc.constantFrom(...zones),
          taxBasisPoints: fc.integer({ min: 0, max: 10_000 }),
        }),
      ),
    )
    .map((countries) => [...countries]),
  shippingMethods: fc.constant(methods.map((id) => ({ id, label: id, deliveryDays: null }))),
  shippingRates: fc
    .tuple(
      ...zones.flatMap((zone) =>
        methods.map((method) =>
          fc.record({
            zone: fc.constant(zone),
            method: fc.constant(method),
            priceMinor: amount,
            freeFromMinor: fc.option(amount),
          }),
        ),
      ),
    )
    .map((rates) => [...rates]),
});
const anyChoice = fc.record({
  shippingMethod: fc.constantFrom(...methods),
  country: fc.constantFrom(...codes),
});

const cartOf = (of: CartToPrice['lines']): CartToPrice => ({ currency: 'USD', lines: of });
const sum = (amounts: number[]) => amounts.reduce((all, minor) => all + minor, 0);

function priced(...args: Parameters<typeof price>): PricedCart {
  const result = price(...args);
  if (!result) throw new Error('the rules have no price for it');
  return result;
}

describe('any price by any rules', () => {
  test('is the sum of its parts, and every part is a whole number of minor units', () => {
    fc.assert(
      fc.property(lines, anyChoice, anyRules, (of, choice, rules) => {
        const { totals, lines: parts, shipping } = priced(cartOf(of), choice, rules);
        const { subtotalMinor, shippingMinor, taxMinor, discountMinor, totalMinor } = totals;
        expect(sum(parts.map((line) => line.subtotalMinor))).toBe(subtotalMinor);
        expect(sum(parts.map((line) => line.taxMinor)) + shipping.taxMinor).toBe(taxMinor);
        expect(shipping.priceMinor).toBe(shippingMinor);
        expect(totalMinor).toBe(subtotalMinor + shippingMinor + taxMinor - discountMinor);
        const amounts = [...Object.values(totals), shipping.taxMinor, ...parts.map((line) => line.taxMinor)];
        return amounts.every((minor) => Number.isSafeInteger(minor) && minor >= 0);
      }),
    );
  });

  test('has the tax of the whole, and each part differs from its own tax by less than one minor unit', () => {
    fc.assert(
      fc.property(lines, anyChoice, anyRules, (of, choice, rules) => {
        const { totals, lines: parts, shipping } = priced(cartOf(of), choice, rules);
        const { taxBasisPoints } = rules.countries.find(({ code }) => code === choice.country) ?? {};
        const points = taxBasisPoints ?? 0;
        expect(totals.taxMinor).toBe(basisPointsOf(totals.subtotalMinor + totals.shippingMinor, points));
        const taxed = [
          ...parts.map(({ subtotalMinor, taxMinor }) => [subtotalMinor, taxMinor] as const),
          [shipping.priceMinor, shipping.taxMinor] as const,
        ];
        return taxed.every(([minor, tax]) => Math.abs(tax * 10_000 - minor * points) < 10_000);
      }),
    );
  });

  test('does not depend on the order of the lines', () => {
    fc.assert(
      fc.property(lines, anyChoice, anyRules, (of, choice, rules) => {
        const forwards = priced(cartOf(of), choice, rules);
        const backwards = priced(cartOf([...of].reverse()), choice, rules);
        expect({ ...backwards, lines: [...backwards.lines].reverse() }).toEqual(forwards);
      }),
    );
  });

  test('has the shipping price of the list of methods', () => {
    fc.assert(
      fc.property(lines, anyChoice, anyRules, (of, choice, rules) => {
        const { subtotalMinor, shippingMinor } = priced(cartOf(of), choice, rules).totals;
        const listed = shippingMethodsTo(rules, choice.country, subtotalMinor);
        return listed.find(({ id }) => id === choice.shippingMethod)?.priceMinor === shippingMinor;
      }),
    );
  });
});

/** What the shop charged while its rules were constants in the code: they are written here a second time. */
describe('a new shop charges what the shop charged before its rules were data', () => {
  const taxBasisPoints = {
    ...{ AU: 1_000, AT: 2_000, BE: 2_100, CA: 500, CN: 1_300, DK: 2_500, FR: 2_000, DE: 1_900, HK: 0 },
    ...{ IE: 2_300, IT: 2_200, JP: 1_000, NL: 2_100, NZ: 1_500, SG: 900, ES: 2_100, SE: 2_500, CH: 810 },
    ...{ GB: 2_000, US: 0 },
  };
  const prices = {
    standard: { domesticMinor: 499, abroadMinor: 1_499 },
    express: { domesticMinor: 1_299, abroadMinor: 3_499 },
  };

  function totalsBefore(subtotalMinor: number, method: keyof typeof prices, country: string, points: number) {
    const { domesticMinor, abroadMinor } = prices[method];
    const isFree = country === 'US' && method === 'standard' && subtotalMinor >= 7_500;
    const shippingMinor = country === 'US' ? (isFree ? 0 : domesticMinor) : abroadMinor;
    const taxMinor = Math.floor(((subtotalMinor + shippingMinor) * points + 5_000) / 10_000);
    const totalMinor = subtotalMinor + shippingMinor + taxMinor;
    return { subtotalMinor, shippingMinor, taxMinor, discountMinor: 0, totalMinor };
  }

  const choices = Object.entries(taxBasisPoints).flatMap(([country, points]) =>
    (['standard', 'express'] as const).map((method) => [country, method, points] as const),
  );

  test.each(choices)('to %s by %s', (country, shippingMethod, points) => {
    const choice = { country, shippingMethod };
    fc.assert(
      fc.property(lines, (of) => {
        const subtotalMinor = sum(of.map(({ quantity, unitPriceMinor }) => quantity * unitPriceMinor));
        expect(priced(cartOf(of), choice, firstRules).totals).toEqual(
          totalsBefore(subtotalMinor, shippingMethod, country, points),
        );
      }),
    );
    for (const subtotalMinor of [0, 1, 7_499, 7_500, 7_501, 99_999_999]) {
      const one = cartOf([{ sku: 'A', quantity: 1, unitPriceMinor: subtotalMinor }]);
      expect(priced(one, choice, firstRules).totals).toEqual(
        totalsBefore(subtotalMinor, shippingMethod, country, points),
      );
    }
  });

  test('to these countries and by these methods only', () => {
    expect(firstRules.countries.map(({ code }) => code)).toEqual(Object.keys(taxBasisPoints));
    expect(firstRules.shippingMethods.map(({ id }) => id)).toEqual(Object.keys(prices));
  });
});

test('the minor units that rounding leaves go to the parts that lost most', () => {
  const cart = cartOf([
    { sku: 'A', quantity: 1, unitPriceMinor: 333 },
    { sku: 'B', quantity: 1, unitPriceMinor: 334 },
  ]);
  // 19 % of 333, 334 and 1499 are 63.27, 63.46 and 284.81; of the sum, 411.54.
  const {
    lines: parts,
    shipping,
    totals,
  } = priced(cart, { shippingMethod: 'standard', country: 'DE' }, firstRules);
  expect([parts.map(({ taxMinor }) => taxMinor), shipping.taxMinor, totals.taxMinor]).toEqual([
    [63, 64],
    285,
    412,
  ]);
});

test.each([
  [
    'a country to which the shop does not ship',
    { country: 'BR', shippingMethod: 'standard' },
    'USD',
    firstRules,
  ],
  ['an unknown method', { country: 'US', shippingMethod: 'drone' }, 'USD', firstRules],
  ['a cart in another currency', { country: 'US', shippingMethod: 'standard' }, 'EUR', firstRules],
  [
    'a country whose tax is not set',
    { country: 'US', shippingMethod: 'standard' },
    'USD',
    {
      ...firstRules,
      countries: firstRules.countries.map((country) => ({ ...country, taxBasisPoints: null })),
    },
  ],
  [
    'a method without a rate in the zone',
    { country: 'US', shippingMethod: 'express' },
    'USD',
    { ...firstRules, shippingRates: firstRules.shippingRates.filter(({ method }) => method === 'standard') },
  ],
])('%s has no price', (_, choice, currency, rules) => {
  expect(price({ currency, lines: [] }, choice, rules)).toBeUndefined();
});
