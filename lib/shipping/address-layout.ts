/**
 * How a country writes an address below the street: its fields, their order, their labels, and which of them a
 * carrier needs. These are facts of post offices, so they are code; the countries that the shop ships to are
 * data. The orders and requirements come from https://chromium-i18n.appspot.com/ssl-address (the data of
 * Chrome's own address forms). The tests compare the orders with the library that prints addresses.
 */

export const townFields = ['city', 'region', 'postalCode'] as const;
export type TownField = (typeof townFields)[number];

export interface FieldWords {
  label: string;
  required: boolean;
}

interface PostalWords extends FieldWords {
  /** An existing postal code, for the message about an invalid one. Empty if none is known. */
  example: string;
}

export interface AddressLayout {
  /** The fields that this country's form shows, in the order of a label. */
  order: readonly TownField[];
  city: FieldWords;
  /** Present in every country: an address that was entered earlier keeps its region. */
  region: FieldWords;
  postalCode: PostalWords;
  /** The city of every address in a country that is its own town. */
  onlyTown?: string;
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

const layouts: Readonly<Record<string, AddressLayout>> = {
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
    // Hong Kong has no postal codes. A code that another form demanded ("000000") is kept and not checked.
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
    onlyTown: 'Singapore',
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

/** For countries without a layout of their own: every field, and only the town is certainly needed. */
const otherwise: AddressLayout = {
  order: ['city', 'region', 'postalCode'],
  city: town,
  region: noRegion,
  postalCode: { ...optional('Postal code'), example: '' },
};

/** The layout of a country, by its ISO 3166-1 alpha-2 code. */
export function layoutOf(country: string): AddressLayout {
  return (Object.hasOwn(layouts, country) && layouts[country]) || otherwise;
}

/** `enter the ZIP code`: a label inside a message. Names and abbreviations keep their capitals. */
export function missingFieldMessage({ label }: FieldWords): string {
  return `enter the ${inSentence(label)}`;
}

/** `enter a ZIP code like 94107`. */
export function wrongPostalCodeMessage({ postalCode: { label, example } }: AddressLayout): string {
  const words = inSentence(label);
  if (example === '') return `enter a valid ${words}`;
  return `enter ${/^[AEIOU]/i.test(words) ? 'an' : 'a'} ${words} like ${example}`;
}

const inSentence = (label: string): string =>
  /^(ZIP|Eircode)/.test(label) ? label : label.charAt(0).toLowerCase() + label.slice(1);
