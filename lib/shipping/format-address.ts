import { formatAddress } from 'localized-address-format';
import { layoutOf } from '#lib/shipping/address-layout.ts';
import { postalCodeOf } from '#lib/shipping/postal-code.ts';
import type { ShippingAddress } from '#lib/shipping/shipping-address.ts';

/** Scripts in which the largest unit is written first: `100-0001`, prefecture, city, street, name. */
const largestFirst = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/**
 * An address as its country's post prints it, one line per entry, the country's name last. Pages, emails and
 * parcels all use it. Fields that the country's format has no place for get a line of their own, because no
 * entered text may be missing on a parcel.
 */
export function addressLines(address: ShippingAddress, countryName: string): string[] {
  const { name, line1, line2, city, region, country } = address;
  const postalCode = address.postalCode && (postalCodeOf(country, address.postalCode) ?? address.postalCode);
  const script = largestFirst.test(`${line1}${city}`) ? 'local' : 'latin';
  const streets = [line1, line2].filter((line) => line !== null);
  const print = (addressLines: string[], locality: string) =>
    formatAddress(
      {
        postalCountry: country,
        name,
        addressLines,
        locality,
        administrativeArea: region ?? '',
        postalCode: postalCode ?? '',
      },
      script,
    );
  // Japan writes the town as a part of the street; in Singapore the town is the country.
  const hasTown = print([], '\0').some((line) => line.includes('\0'));
  const townIsCountry = !hasTown && city.toLowerCase() === layoutOf(country).onlyTown?.toLowerCase();
  const withTown = script === 'local' ? [city, ...streets] : [...streets, city];
  const lines = print(hasTown || townIsCountry ? streets : withTown, city);
  const left = [region, postalCode].filter((part) => part && !lines.some((line) => line.includes(part)));
  return (
    [...lines, ...left, countryName]
      .filter((line): line is string => Boolean(line))
      // The library starts a line with the comma that follows a street of several lines.
      .map((line) => line.replace(/^, /, '').normalize('NFC'))
  );
}
