/** A country as pages list it. */
export interface Country {
  /** ISO 3166-1 alpha-2. */
  code: string;
  name: string;
}

const englishNames = new Intl.DisplayNames('en', { type: 'region' });

/**
 * A country's name. The shop may no longer ship to the country of an old order. That order still shows a
 * name: the name that JavaScript knows, or else the code.
 */
export function countryName(countries: readonly Country[], code: string): string {
  return countries.find((country) => country.code === code)?.name ?? englishNames.of(code) ?? code;
}

/** English puts an article before some names of countries: `in the United States`. */
const withArticle =
  /^(United|Netherlands|Philippines|Bahamas|Maldives|Gambia|Dominican Republic|Czech Republic)/;

export const countryInSentence = (name: string): string => (withArticle.test(name) ? `the ${name}` : name);
