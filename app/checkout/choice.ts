import { checkoutQuerySchema } from '#lib/pricing/schema.ts';

/** What the total is made for; something that isn't offered counts as not chosen. */
export function choiceOf(chosen: { shippingMethod?: unknown; country?: unknown }) {
  const { shippingMethod, country } = checkoutQuerySchema.shape;
  return {
    shippingMethod: shippingMethod.catch('standard').parse(chosen.shippingMethod),
    country: country.catch('US').parse(chosen.country),
  };
}
