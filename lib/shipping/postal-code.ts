import { postcodeValidator, postcodeValidatorExistsForCountry } from 'postcode-validator';
import type { CountryCode } from '#lib/shipping/countries.ts';

/** Where a country parts its codes: so many symbols from the front, or from the end when negative. */
const groups: Partial<Record<CountryCode, { at: number; with: string }>> = {
  CA: { at: 3, with: ' ' },
  GB: { at: -3, with: ' ' },
  IE: { at: 3, with: ' ' },
  JP: { at: 3, with: '-' },
  NL: { at: 4, with: ' ' },
  SE: { at: 3, with: ' ' },
  US: { at: 5, with: '-' },
};

/** What people write before the code on a letter from abroad. */
const prefixes: Partial<Record<CountryCode, RegExp>> = {
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
 * A postal code as its country writes it, from what a person typed: `sw1a1aa` is `SW1A 1AA`, and full-width
 * digits are digits. Undefined when it can be none of that country. A country without codes takes any.
 */
export function postalCodeOf(country: CountryCode, typed: string): string | undefined {
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
