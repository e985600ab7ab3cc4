import { postcodeValidator, postcodeValidatorExistsForCountry } from 'postcode-validator';

/**
 * Where a country splits its codes: the number of characters from the start, or from the end when negative.
 */
const groups: Partial<Record<string, { at: number; with: string }>> = {
  CA: { at: 3, with: ' ' },
  GB: { at: -3, with: ' ' },
  IE: { at: 3, with: ' ' },
  JP: { at: 3, with: '-' },
  NL: { at: 4, with: ' ' },
  SE: { at: 3, with: ' ' },
  US: { at: 5, with: '-' },
};

/** Prefixes that people write before the code on a letter from abroad. */
const prefixes: Partial<Record<string, RegExp>> = {
  AT: /^A-?(?=\d)/,
  BE: /^B-?(?=\d)/,
  CH: /^CH-?(?=\d)/,
  DE: /^D-?(?=\d)/,
  DK: /^DK-?(?=\d)/,
  FR: /^F-?(?=\d)/,
  JP: /^〒/,
  SE: /^SE?-?(?=\d)/,
};

/**
 * A typed postal code in its country's format: `sw1a1aa` becomes `SW1A 1AA`, and full-width digits become
 * digits. Undefined when it is not valid in that country. A country without postal codes accepts any text.
 */
export function postalCodeOf(country: string, typed: string): string | undefined {
  if (!postcodeValidatorExistsForCountry(country)) return typed;
  const compact = typed
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[\s\p{Pd}]/gu, '')
    .replace(prefixes[country] ?? '', '');
  const group = groups[country];
  const tail = group && compact.slice(group.at);
  const code = tail ? `${compact.slice(0, group.at)}${group.with}${tail}` : compact;
  return postcodeValidator(code, country) ? code : undefined;
}
