import { formatAddress } from 'localized-address-format';
import { describe, expect, test } from 'vitest';
import { layoutOf, type TownField } from '#lib/shipping/address-layout.ts';
import { countryInSentence, countryName } from '#lib/shipping/country-name.ts';
import { addressLines } from '#lib/shipping/format-address.ts';
import { postalCodeOf } from '#lib/shipping/postal-code.ts';
import {
  type ShippingAddress,
  shippingAddressSchema,
  shippingAddressSchemaTo,
} from '#lib/shipping/shipping-address.ts';

/**
 * What broke: all countries had one form and one rule. Hong Kong needed a postal code. The United States
 * needed no state and accepted ABCDE as a ZIP code. The page and the email printed one address differently.
 */

/** The countries that a new shop ships to, and a name for each. */
const countries = [
  ...['AU', 'AT', 'BE', 'CA', 'CN', 'DK', 'FR', 'DE', 'HK', 'IE', 'IT', 'JP', 'NL', 'NZ', 'SG', 'ES', 'SE'],
  ...['CH', 'GB', 'US'],
];
const nameOf = (code: string) => (code === 'HK' ? 'Hong Kong' : countryName([], code));

const inUs = {
  name: 'Ada Lovelace',
  line1: '12 St James Square',
  line2: null,
  city: 'San Francisco',
  region: 'CA',
  postalCode: '94107',
  country: 'US',
};

function faultsOf(change: Record<string, unknown>): Record<string, string> {
  const { error } = shippingAddressSchema.safeParse({ ...inUs, ...change });
  return Object.fromEntries((error?.issues ?? []).map(({ path, message }) => [path.join('.'), message]));
}

describe('the rules of a country', () => {
  test('the United States needs a state and a ZIP code that can exist', () => {
    expect(faultsOf({})).toEqual({});
    expect(faultsOf({ postalCode: '94107-1234' })).toEqual({});
    expect(faultsOf({ postalCode: 'ABCDE', region: '' })).toEqual({
      region: 'enter the state',
      postalCode: 'enter a ZIP code like 94107',
    });
    expect(faultsOf({ postalCode: undefined })).toEqual({ postalCode: 'enter the ZIP code' });
  });

  test('Hong Kong needs no postal code, and keeps one that was given', () => {
    const hk = { country: 'HK', city: 'Tsim Sha Tsui', region: 'Kowloon' };
    expect(shippingAddressSchema.parse({ ...inUs, ...hk, postalCode: '' }).postalCode).toBeNull();
    expect(shippingAddressSchema.parse({ ...inUs, ...hk, postalCode: '000000' }).postalCode).toBe('000000');
  });

  test('Singapore needs no town', () => {
    const { city } = shippingAddressSchema.parse({
      ...inUs,
      country: 'SG',
      city: '',
      region: null,
      postalCode: '018956',
    });
    expect(city).toBe('Singapore');
  });

  test('one answer names every mistake, each of them once', () => {
    expect(faultsOf({ name: '', line1: '\u200b', region: '', postalCode: 'x'.repeat(21) })).toEqual({
      name: 'enter the name on the parcel',
      line1: expect.stringContaining('invisible'),
      region: 'enter the state',
      postalCode: 'may have at most 20 characters',
    });
  });

  // The example in the API contract has no region, and a carrier needs none in addition to a ZIP code.
  test('a client may leave the state out; a form with an empty State is refused', () => {
    expect(faultsOf({ region: null })).toEqual({});
    expect(faultsOf({ region: undefined })).toEqual({});
    expect(faultsOf({ region: ' ' })).toEqual({ region: 'enter the state' });
  });

  test('an address in a country without a layout needs a town, and its postal code is checked if it can be', () => {
    const brazil = { country: 'BR', city: 'Recife', region: null, postalCode: '' };
    expect(faultsOf({ ...brazil, city: '' })).toEqual({ city: 'enter the town or city' });
    expect(shippingAddressSchema.parse({ ...inUs, ...brazil }).postalCode).toBeNull();
    expect(faultsOf({ ...brazil, postalCode: 'x' })).toEqual({ postalCode: 'enter a valid postal code' });
    expect(shippingAddressSchemaTo(['US', 'BR']).safeParse({ ...inUs, ...brazil }).success).toBe(true);
  });

  test.each(['FR', 'us', '__proto__', 5, null])(
    'the country %j is not one of those that are served',
    (country) => {
      const { error } = shippingAddressSchemaTo(['US', 'BR']).safeParse({ ...inUs, country });
      expect(error?.issues).toMatchObject([
        { path: ['country'], message: 'choose a country that we send to' },
      ]);
    },
  );

  test.each([null, 5, 'US', [], { country: null }, {}])('%j is refused without an exception', (value) => {
    expect(shippingAddressSchema.safeParse(value).success).toBe(false);
  });

  test.each(countries)('the example of a postal code of %s is valid', (country) => {
    const { example, required } = layoutOf(country).postalCode;
    expect(required).toBe(country !== 'HK');
    if (required) expect(postalCodeOf(country, example)).toBe(example);
  });

  test.each<[string, string, string | undefined]>([
    ['GB', 'sw1a1aa', 'SW1A 1AA'],
    ['CA', 'k1a-0b1', 'K1A 0B1'],
    ['JP', '〒1000001', '100-0001'],
    ['JP', '１００−０００１', undefined],
    ['JP', '１００－０００１', '100-0001'],
    ['IE', 'd02af30', 'D02 AF30'],
    ['NL', '1012ab', '1012 AB'],
    ['SE', 'SE-11359', '113 59'],
    ['CH', 'CH-8001', '8001'],
    ['DE', 'D-10115', '10115'],
    ['US', '94107 1234', '94107-1234'],
    ['US', '9410', undefined],
    ['US', 'ABCDE', undefined],
    ['DE', '1011', undefined],
    ['GB', '62701', undefined],
  ])('in %s, %s is read as the postal code %s', (country, typed, code) => {
    expect(postalCodeOf(country, typed)).toBe(code);
  });
});

test.each(countries)('the form of %s has its fields in the order of a printed address', (country) => {
  const marks: Record<TownField, string> = { city: '{city}', region: '{region}', postalCode: '{postalCode}' };
  const { city: locality, region: administrativeArea, postalCode } = marks;
  const printed = formatAddress(
    { postalCountry: country, addressLines: ['x'], locality, administrativeArea, postalCode },
    'latin',
  ).join(' ');
  const inPrint = [...printed.matchAll(/\{(\w+)\}/g)].map(([, field]) => field);
  // Japan's format has no town. People write it before the prefecture, so the form asks for it first.
  expect(layoutOf(country).order).toEqual(country === 'JP' ? ['city', ...inPrint] : inPrint);
});

const addressLinesIn = (address: ShippingAddress) => addressLines(address, nameOf(address.country));

describe('a printed address', () => {
  const print = (change: Partial<ShippingAddress>) => addressLinesIn({ ...inUs, ...change }).slice(1);

  test.each<[Partial<ShippingAddress>, string[]]>([
    [{}, ['12 St James Square', 'San Francisco, CA 94107', 'United States']],
    [
      { country: 'DE', line1: 'Torstr. 1', city: 'Berlin', region: null, postalCode: '10115' },
      ['Torstr. 1', '10115 Berlin', 'Germany'],
    ],
    [
      { country: 'DE', line1: 'Torstr. 1', city: 'Berlin', region: 'CA', postalCode: '10115' },
      ['Torstr. 1', '10115 Berlin', 'CA', 'Germany'],
    ],
    [
      {
        country: 'GB',
        line1: '1 Mall',
        line2: 'Flat 2',
        city: 'London',
        region: null,
        postalCode: 'sw1a1aa',
      },
      ['1 Mall', 'Flat 2', 'London', 'SW1A 1AA', 'United Kingdom'],
    ],
    [
      { country: 'CH', line1: 'Gasse 1', city: 'Zürich', region: null, postalCode: 'CH-8001' },
      ['Gasse 1', 'CH-8001 Zürich', 'Switzerland'],
    ],
    [
      { country: 'HK', line1: '1 Nathan Rd', city: 'Tsim Sha Tsui', region: 'Kowloon', postalCode: null },
      ['1 Nathan Rd', 'Tsim Sha Tsui', 'Kowloon', 'Hong Kong'],
    ],
    [
      { country: 'HK', line1: '1 Nathan Rd', city: 'Tsim Sha Tsui', region: 'Kowloon', postalCode: '000000' },
      ['1 Nathan Rd', 'Tsim Sha Tsui', 'Kowloon', '000000', 'Hong Kong'],
    ],
    [
      { country: 'SG', line1: '10 Bayfront Ave', city: 'Singapore', region: null, postalCode: '018956' },
      ['10 Bayfront Ave', 'SINGAPORE 018956', 'Singapore'],
    ],
    [
      { country: 'JP', line1: '1-1 Marunouchi', city: 'Chiyoda', region: 'Tokyo', postalCode: '1000001' },
      ['1-1 Marunouchi', 'Chiyoda', 'Tokyo', '100-0001', 'Japan'],
    ],
  ])('%j is printed in its country’s format', (change, lines) => {
    expect(print(change)).toEqual(lines);
  });

  test('in Chinese and Japanese script begins with the largest unit and ends with the name', () => {
    const japan = {
      name: '山田太郎',
      line1: '丸の内1-1',
      city: '千代田区',
      region: '東京都',
      postalCode: '100-0001',
    };
    expect(addressLinesIn({ ...japan, line2: null, country: 'JP' })).toEqual([
      '〒100-0001',
      '東京都',
      '千代田区',
      '丸の内1-1',
      '山田太郎',
      'Japan',
    ]);
    const china = { name: '王伟', line1: '建国路1号', city: '北京市', region: '北京', postalCode: '100000' };
    expect(addressLinesIn({ ...china, line2: null, country: 'CN' })).toEqual([
      '100000',
      '北京北京市',
      '建国路1号',
      '王伟',
      'China',
    ]);
  });

  test('that was stored before the rules of its country shows all its fields', () => {
    for (const country of countries) {
      const printed = addressLinesIn({
        name: 'Name',
        line1: 'Street',
        line2: 'Floor',
        city: 'Town',
        region: 'Region',
        postalCode: '?!',
        country,
      }).join('\n');
      for (const part of ['Name', 'Street', 'Floor', 'Town', 'Region', '?!']) expect(printed).toContain(part);
    }
  });
});

describe("a country's name", () => {
  const countries = [{ code: 'HK', name: 'Hong Kong' }];

  test.each([
    ['HK', 'Hong Kong'],
    ['GB', 'United Kingdom'],
    ['ZZ', 'Unknown Region'],
    ['QQ', 'QQ'],
  ])('%s is %s, also when the shop does not ship there', (code, name) => {
    expect(countryName(countries, code)).toBe(name);
  });

  test.each([
    ['United States', 'the United States'],
    ['Germany', 'Germany'],
  ])('%s is %s in a sentence', (name, words) => {
    expect(countryInSentence(name)).toBe(words);
  });
});
