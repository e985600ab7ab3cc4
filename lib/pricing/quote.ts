import { basisPointsOf } from '#lib/platform/money.ts';
import type { CountryCode } from '#lib/shipping/countries.ts';
import { type ShippingMethodId, shippingPriceMinor } from '#lib/shipping/methods.ts';

/**
 * The price of a cart with shipping and tax, in minor units. Pure: the page, the order writer and the tests
 * call the same function with the same inputs and get the same amounts.
 */

/**
 * Tax on items and shipping, in basis points: the standard rate of VAT or GST. None in the United States,
 * where the shop has no nexus, and in Hong Kong.
 */
const taxBasisPoints: Record<CountryCode, number> = {
  AU: 1_000,
  AT: 2_000,
  BE: 2_100,
  CA: 500,
  CN: 1_300,
  DK: 2_500,
  FR: 2_000,
  DE: 1_900,
  HK: 0,
  IE: 2_300,
  IT: 2_200,
  JP: 1_000,
  NL: 2_100,
  NZ: 1_500,
  SG: 900,
  ES: 2_100,
  SE: 2_500,
  CH: 810,
  GB: 2_000,
  US: 0,
};

export interface QuoteLine {
  sku: string;
  quantity: number;
  unitPriceMinor: number;
}

export interface Totals {
  subtotalMinor: number;
  shippingMinor: number;
  taxMinor: number;
  discountMinor: number;
  totalMinor: number;
}

export function quote(lines: QuoteLine[], shippingMethod: ShippingMethodId, country: CountryCode): Totals {
  const subtotalMinor = lines.reduce((sum, line) => sum + line.quantity * line.unitPriceMinor, 0);
  const shippingMinor = shippingPriceMinor(subtotalMinor, shippingMethod, country);
  const taxMinor = basisPointsOf(subtotalMinor + shippingMinor, taxBasisPoints[country]);
  return {
    subtotalMinor,
    shippingMinor,
    taxMinor,
    discountMinor: 0,
    totalMinor: subtotalMinor + shippingMinor + taxMinor,
  };
}
