import { expect, test } from 'vitest';
import { choiceOf, refuseUnoffered } from '#lib/pricing/choice.ts';
import { offeredMethods, servedCountries, shippingMethodsTo } from '#lib/pricing/rules.ts';
import { firstRules } from '#lib/pricing/rules-samples.ts';

const onlyExpressAbroad = {
  ...firstRules,
  shippingRates: firstRules.shippingRates.filter(
    ({ zone, method }) => zone === 'domestic' || method === 'express',
  ),
};
const onlyAbroad = {
  ...firstRules,
  shippingRates: firstRules.shippingRates.filter(({ zone }) => zone === 'abroad'),
};
const untaxed = (code: string) => ({
  ...firstRules,
  countries: firstRules.countries.map((country) =>
    country.code === code ? { ...country, taxBasisPoints: null } : country,
  ),
});

test.each([
  ['nothing', {}, { shippingMethod: 'standard', country: 'US' }, firstRules],
  [
    'both',
    { shippingMethod: 'express', country: 'DE' },
    { shippingMethod: 'express', country: 'DE' },
    firstRules,
  ],
  [
    'unknown values',
    { shippingMethod: 5, country: 'ZZ' },
    { shippingMethod: 'standard', country: 'US' },
    firstRules,
  ],
  [
    'a method that the country lacks',
    { shippingMethod: 'standard', country: 'DE' },
    { shippingMethod: 'express', country: 'DE' },
    onlyExpressAbroad,
  ],
  [
    'nothing, and the home country is not served',
    {},
    { shippingMethod: 'standard', country: 'AU' },
    onlyAbroad,
  ],
])('the choice of %s becomes one that is offered', (_, chosen, choice, rules) => {
  expect(choiceOf(chosen, rules)).toEqual(choice);
});

test('a country without a tax rate or a shipping rate is not served', () => {
  const codes = servedCountries(untaxed('FR')).map(({ code }) => code);
  expect([codes.includes('FR'), codes.length]).toEqual([false, 19]);
  expect(servedCountries(onlyAbroad).map(({ code }) => code)).not.toContain('US');
});

test('a method is offered where it has a rate, and listed if it has any', () => {
  expect(shippingMethodsTo(onlyExpressAbroad, 'DE', 0).map(({ id }) => id)).toEqual(['express']);
  expect(offeredMethods(onlyExpressAbroad)).toEqual(['standard', 'express']);
  expect(offeredMethods({ ...firstRules, shippingRates: [] })).toEqual([]);
});

test.each([
  ['country', { country: 'US', shippingMethod: 'standard' }, onlyAbroad, 'choose a country that we send to'],
  [
    'shippingMethod',
    { country: 'DE', shippingMethod: 'standard' },
    onlyExpressAbroad,
    'must be one of express',
  ],
])('a refusal names the %s', (path, choice, rules, message) => {
  expect(() => refuseUnoffered(choice, rules)).toThrow(`${path}: ${message}.`);
  expect(() => refuseUnoffered(choice, firstRules)).not.toThrow();
});

test('a shop that ships nowhere for a moment is unavailable, and keeps the cart', () => {
  expect(() => choiceOf({}, { ...firstRules, shippingRates: [] })).toThrow(/ships nowhere at the moment/);
});
