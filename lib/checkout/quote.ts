import { basisPointsOf } from '#lib/money.ts';

/**
 * What a cart costs when it is sent somewhere. Pure: the page, the order writer and the tests
 * call the same function with the same inputs and must come to the same minor unit.
 */

export interface ShippingMethod {
  id: string;
  label: string;
  priceMinor: number;
}

/** Orders of this much or more travel free by the standard method. */
export const freeStandardFromMinor = 7_500;

const shippingMethods = {
  standard: { label: 'Standard, 3–5 working days', domesticMinor: 499, abroadMinor: 1_499 },
  express: { label: 'Express, 1–2 working days', domesticMinor: 1_299, abroadMinor: 3_499 },
} as const;

export type ShippingMethodId = keyof typeof shippingMethods;
export const shippingMethodIds = Object.keys(shippingMethods) as [ShippingMethodId, ...ShippingMethodId[]];

/**
 * Where we send to, with the tax due there in basis points of goods and shipping: the standard
 * rate of VAT or GST; none for the United States, where the shop has no nexus, and Hong Kong.
 */
const countries = {
  AU: { name: 'Australia', taxBasisPoints: 1_000 },
  AT: { name: 'Austria', taxBasisPoints: 2_000 },
  BE: { name: 'Belgium', taxBasisPoints: 2_100 },
  CA: { name: 'Canada', taxBasisPoints: 500 },
  CN: { name: 'China', taxBasisPoints: 1_300 },
  DK: { name: 'Denmark', taxBasisPoints: 2_500 },
  FR: { name: 'France', taxBasisPoints: 2_000 },
  DE: { name: 'Germany', taxBasisPoints: 1_900 },
  HK: { name: 'Hong Kong', taxBasisPoints: 0 },
  IE: { name: 'Ireland', taxBasisPoints: 2_300 },
  IT: { name: 'Italy', taxBasisPoints: 2_200 },
  JP: { name: 'Japan', taxBasisPoints: 1_000 },
  NL: { name: 'Netherlands', taxBasisPoints: 2_100 },
  NZ: { name: 'New Zealand', taxBasisPoints: 1_500 },
  SG: { name: 'Singapore', taxBasisPoints: 900 },
  ES: { name: 'Spain', taxBasisPoints: 2_100 },
  SE: { name: 'Sweden', taxBasisPoints: 2_500 },
  CH: { name: 'Switzerland', taxBasisPoints: 810 },
  GB: { name: 'United Kingdom', taxBasisPoints: 2_000 },
  US: { name: 'United States', taxBasisPoints: 0 },
} as const;

export type CountryCode = keyof typeof countries;
export const countryCodes = Object.keys(countries) as [CountryCode, ...CountryCode[]];
export const countryName = (code: CountryCode): string => countries[code].name;
export const homeCountry: CountryCode = 'US';

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

/** The methods that reach a country, with their price for this subtotal. */
export function shippingMethodsFor(subtotalMinor: number, country: CountryCode): ShippingMethod[] {
  return shippingMethodIds.map((id) => ({
    id,
    label: shippingMethods[id].label,
    priceMinor: shippingPriceMinor(subtotalMinor, id, country),
  }));
}

export function quote(lines: QuoteLine[], shippingMethod: ShippingMethodId, country: CountryCode): Totals {
  const subtotalMinor = lines.reduce((sum, line) => sum + line.quantity * line.unitPriceMinor, 0);
  const shippingMinor = shippingPriceMinor(subtotalMinor, shippingMethod, country);
  const taxMinor = basisPointsOf(subtotalMinor + shippingMinor, countries[country].taxBasisPoints);
  return {
    subtotalMinor,
    shippingMinor,
    taxMinor,
    discountMinor: 0,
    totalMinor: subtotalMinor + shippingMinor + taxMinor,
  };
}

function shippingPriceMinor(subtotalMinor: number, method: ShippingMethodId, country: CountryCode): number {
  const { domesticMinor, abroadMinor } = shippingMethods[method];
  if (country !== homeCountry) return abroadMinor;
  return method === 'standard' && subtotalMinor >= freeStandardFromMinor ? 0 : domesticMinor;
}
