import type { CountryCode } from '#lib/shipping/countries.ts';

/**
 * How the countries that we send to write an address below the street: which fields they have, in
 * which order, what each is called, and which of them a carrier needs. The source of orders and
 * requirements is https://chromium-i18n.appspot.com/ssl-address (the data of Chrome's own address
 * forms); the tests compare the orders with the library that prints addresses.
 */

export const townFields = ['city', 'region', 'postalCode'] as const;
export type TownField = (typeof townFields)[number];

export interface FieldWords {
  label: string;
  required: boolean;
}

interface PostalWords extends FieldWords {
  /** One that exists, for the message about one that doesn't. */
  example: string;
}

export interface AddressLayout {
  /** The fields that a form of this country shows, in the order of a label. */
  order: readonly TownField[];
  city: FieldWords;
  /** Present in every country: an address that was entered before keeps its region. */
  region: FieldWords;
  postalCode: PostalWords;
}

const required = (label: string): FieldWords => ({ label, required: true });
const optional = (label: string): FieldWords => ({ label, required: false });
const town = required('Town or city');
const noRegion = optional('State, province or region');
const postalCode = (example: string, label = 'Postal code'): PostalWords => ({ ...required(label), example });

/** Most of Europe: `10115 Berlin`. */
const european = (example: string): AddressLayout => ({
  order: ['postalCode', 'city'],
  city: town,
  region: noRegion,
  postalCode: postalCode(example),
});

const layouts: Record<CountryCode, AddressLayout> = {
  AU: {
    order: ['city', 'region', 'postalCode'],
    city: required('Suburb or city'),
    region: required('State or territory'),
    postalCode: postalCode('2000', 'Postcode'),
  },
  AT: european('1010'),
  BE: european('1000'),
  CA: {
    order: ['city', 'region', 'postalCode'],
    city: town,
    region: required('Province or territory'),
    postalCode: postalCode('K1A 0B1'),
  },
  CN: {
    order: ['city', 'region', 'postalCode'],
    city: required('City'),
    region: required('Province'),
    postalCode: postalCode('100000'),
  },
  DK: european('1050'),
  FR: european('75001'),
  DE: european('10115'),
  HK: {
    order: ['city', 'region'],
    city: required('District'),
    region: optional('Area'),
    // There are none. One that a form insists on ("000000") is kept and not judged.
    postalCode: { ...optional('Postal code'), example: '' },
  },
  IE: {
    order: ['city', 'region', 'postalCode'],
    city: town,
    region: optional('County'),
    postalCode: postalCode('D02 AF30', 'Eircode'),
  },
  IT: {
    order: ['postalCode', 'city', 'region'],
    city: town,
    region: optional('Province'),
    postalCode: postalCode('00118'),
  },
  JP: {
    order: ['city', 'region', 'postalCode'],
    city: required('City or ward'),
    region: required('Prefecture'),
    postalCode: postalCode('100-0001'),
  },
  NL: european('1012 AB'),
  NZ: {
    order: ['city', 'postalCode'],
    city: town,
    region: noRegion,
    postalCode: postalCode('6011', 'Postcode'),
  },
  SG: {
    order: ['postalCode'],
    city: optional('City'),
    region: noRegion,
    postalCode: postalCode('018956'),
  },
  ES: {
    order: ['postalCode', 'city', 'region'],
    city: town,
    region: optional('Province'),
    postalCode: postalCode('28001'),
  },
  SE: european('113 59'),
  CH: european('8001'),
  GB: {
    order: ['city', 'postalCode'],
    city: town,
    region: noRegion,
    postalCode: postalCode('SW1A 1AA', 'Postcode'),
  },
  US: {
    order: ['city', 'region', 'postalCode'],
    city: required('City'),
    region: required('State'),
    postalCode: postalCode('94107', 'ZIP code'),
  },
};

export const layoutOf = (country: CountryCode): AddressLayout => layouts[country];

/** `enter the ZIP code`: a label as the words of a message. Names and abbreviations keep their capitals. */
export function missingFieldMessage({ label }: FieldWords): string {
  return `enter the ${inSentence(label)}`;
}

/** `enter a ZIP code like 94107`. */
export function wrongPostalCodeMessage({ postalCode: { label, example } }: AddressLayout): string {
  const words = inSentence(label);
  return `enter ${/^[AEIOU]/i.test(words) ? 'an' : 'a'} ${words} like ${example}`;
}

const inSentence = (label: string): string =>
  /^(ZIP|Eircode)/.test(label) ? label : label.charAt(0).toLowerCase() + label.slice(1);
