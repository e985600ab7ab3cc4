import { AppError } from '#lib/platform/errors.ts';
import type { Choice } from '#lib/pricing/price.ts';
import { type PricingRules, servedCountries, shippingMethodsTo, termsOf } from '#lib/pricing/rules.ts';

/**
 * The shopper's choice, with the preselected value for a part that is missing or not offered. Throws
 * `unavailable` while the shop ships nowhere, such as between two statements of an owner who replaces all rates.
 */
export function choiceOf(
  chosen: { shippingMethod?: unknown; country?: unknown },
  rules: PricingRules,
): Choice {
  const served = servedCountries(rules).map(({ code }) => code);
  const preselected = served.includes(rules.homeCountry) ? rules.homeCountry : served[0];
  const country = served.find((code) => code === chosen.country) ?? preselected;
  if (!country) {
    throw new AppError('unavailable', {
      detail: 'The shop ships nowhere at the moment. Your cart is kept; try again in a few minutes.',
      retryAfterSeconds: 60,
    });
  }
  const methods = shippingMethodsTo(rules, country, 0).map(({ id }) => id);
  const shippingMethod = methods.find((id) => id === chosen.shippingMethod) ?? methods[0] ?? '';
  return { shippingMethod, country };
}

/**
 * Throws `invalid_request` for a choice that the rules no longer offer. The country has another name in a
 * submission than in a query.
 */
export function refuseUnoffered(
  { shippingMethod, country }: Choice,
  rules: PricingRules,
  countryField: 'country' | 'shippingAddress.country' = 'country',
): void {
  if (termsOf(rules, shippingMethod, country)) return;
  const offered = shippingMethodsTo(rules, country, 0).map(({ id }) => id);
  const [path, message] =
    offered.length === 0
      ? [countryField, 'choose a country that we send to']
      : ['shippingMethod', `must be one of ${offered.join(', ')}`];
  throw new AppError('invalid_request', {
    detail: `${path}: ${message}.`,
    extra: { fields: [{ path, message }] },
  });
}
