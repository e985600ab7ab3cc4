/** The countries that the shop ships to. Pure, so that pages can use it. */

const countries = {
  AU: 'Australia',
  AT: 'Austria',
  BE: 'Belgium',
  CA: 'Canada',
  CN: 'China',
  DK: 'Denmark',
  FR: 'France',
  DE: 'Germany',
  HK: 'Hong Kong',
  IE: 'Ireland',
  IT: 'Italy',
  JP: 'Japan',
  NL: 'Netherlands',
  NZ: 'New Zealand',
  SG: 'Singapore',
  ES: 'Spain',
  SE: 'Sweden',
  CH: 'Switzerland',
  GB: 'United Kingdom',
  US: 'United States',
} as const;

export type CountryCode = keyof typeof countries;
export const countryCodes = Object.keys(countries) as [CountryCode, ...CountryCode[]];
export const countryName = (code: CountryCode): string => countries[code];

/** Orders to this country have domestic shipping prices. */
export const homeCountry: CountryCode = 'US';
