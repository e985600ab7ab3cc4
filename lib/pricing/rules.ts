import type { Country } from '#lib/shipping/country-name.ts';
import type { DeliveryDays } from '#lib/shipping/delivery-estimate.ts';

/**
 * Everything that a price depends on besides the cart and the shopper's choice: plain data, which
 * ./read-rules.ts reads from the database. The functions here are pure.
 */
export interface PricingRules {
  /** Increases with every change. */
  version: number;
  /** ISO 4217. All amounts are minor units of it. */
  currency: string;
  /** The country that is preselected, and whose shipping prices pages name. */
  homeCountry: string;
  /** In the order of their names. */
  countries: readonly RuledCountry[];
  /** The preferred one first. */
  shippingMethods: readonly RuledMethod[];
  shippingRates: readonly ShippingRate[];
}

interface RuledCountry extends Country {
  zone: string;
  /** Tax on items and shipping. Null: not set, so nothing can be sold there. */
  taxBasisPoints: number | null;
}

interface RuledMethod {
  id: string;
  label: string;
  /** Null: the shop estimates no date of arrival for this method. */
  deliveryDays: DeliveryDays | null;
}

interface ShippingRate {
  zone: string;
  method: string;
  priceMinor: number;
  /** Shipping is free from this subtotal; null if it never is. */
  freeFromMinor: number | null;
}

/** A shipping method at its price for one cart. */
export interface ShippingMethod {
  id: string;
  label: string;
  priceMinor: number;
}

/** What a price needs to know about one method in one country. */
export interface Terms {
  rate: ShippingRate;
  taxBasisPoints: number;
}

/** Undefined if the shop does not ship to the country with this method. */
export function termsOf(rules: PricingRules, method: string, countryCode: string): Terms | undefined {
  const country = rules.countries.find(({ code }) => code === countryCode);
  const rate = rules.shippingRates.find((one) => one.zone === country?.zone && one.method === method);
  const taxBasisPoints = country?.taxBasisPoints ?? null;
  return rate && taxBasisPoints !== null ? { rate, taxBasisPoints } : undefined;
}

export const shippingPriceOf = (
  { priceMinor, freeFromMinor }: ShippingRate,
  subtotalMinor: number,
): number => (freeFromMinor !== null && subtotalMinor >= freeFromMinor ? 0 : priceMinor);

/** The methods that a country offers, with their prices for this subtotal. */
export function shippingMethodsTo(
  rules: PricingRules,
  country: string,
  subtotalMinor: number,
): ShippingMethod[] {
  return rules.shippingMethods.flatMap(({ id, label }) => {
    const terms = termsOf(rules, id, country);
    return terms ? [{ id, label, priceMinor: shippingPriceOf(terms.rate, subtotalMinor) }] : [];
  });
}

/** The countries to which some method ships. */
export function servedCountries(rules: PricingRules): readonly RuledCountry[] {
  return rules.countries.filter(({ code }) => shippingMethodsTo(rules, code, 0).length > 0);
}

/** The ids of the methods that ship to some country. */
export function offeredMethods({ shippingMethods, shippingRates }: PricingRules): string[] {
  return shippingMethods
    .map(({ id }) => id)
    .filter((id) => shippingRates.some(({ method }) => method === id));
}
