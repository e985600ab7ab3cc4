import { type CountryCode, homeCountry } from '#lib/shipping/countries.ts';

/**
 * The shipping methods and their prices in minor units. Pure: pages and the order writer call the same
 * functions.
 */

export interface ShippingMethod {
  id: string;
  label: string;
  priceMinor: number;
}

/** Standard shipping is free for domestic orders from this subtotal. */
export const freeStandardFromMinor = 7_500;

const shippingMethods = {
  standard: { label: 'Standard, 3–5 working days', domesticMinor: 499, abroadMinor: 1_499 },
  express: { label: 'Express, 1–2 working days', domesticMinor: 1_299, abroadMinor: 3_499 },
} as const;

export type ShippingMethodId = keyof typeof shippingMethods;
export const shippingMethodIds = Object.keys(shippingMethods) as [ShippingMethodId, ...ShippingMethodId[]];

/** The methods for a country, with their prices for this subtotal. */
export function shippingMethodsFor(subtotalMinor: number, country: CountryCode): ShippingMethod[] {
  return shippingMethodIds.map((id) => ({
    id,
    label: shippingMethods[id].label,
    priceMinor: shippingPriceMinor(subtotalMinor, id, country),
  }));
}

export function shippingPriceMinor(
  subtotalMinor: number,
  method: ShippingMethodId,
  country: CountryCode,
): number {
  const { domesticMinor, abroadMinor } = shippingMethods[method];
  if (country !== homeCountry) return abroadMinor;
  return method === 'standard' && subtotalMinor >= freeStandardFromMinor ? 0 : domesticMinor;
}
