import { checkoutQuerySchema } from '#lib/pricing/schema.ts';

/** Reads the choice that the total depends on. An unknown value counts as not chosen. */
export function choiceOf(chosen: { shippingMethod?: unknown; country?: unknown }) {
  const { shippingMethod, country } = checkoutQuerySchema.shape;
  return {
    shippingMethod: shippingMethod.catch('standard').parse(chosen.shippingMethod),
    country: country.catch('US').parse(chosen.country),
  };
}
