import { z } from 'zod';
import { offeredMethods, type PricingRules, servedCountries } from '#lib/pricing/rules.ts';

/** As the API's document shows it: which values are offered is data of the shop. */
export const checkoutQuerySchema = z.object({
  shippingMethod: z
    .string()
    .optional()
    .describe(
      'The id of a shipping method, as in `shippingMethods` of the answer. Default: the first one that the country offers.',
    ),
  country: z
    .string()
    .optional()
    .describe(
      "ISO 3166-1 alpha-2 code of a country that the shop ships to. Default: the shop's own country.",
    ),
});

/** The same with the values that the rules offer. */
export function checkoutQuerySchemaOf(rules: PricingRules) {
  let schema = querySchemas.get(rules);
  if (!schema) {
    schema = makeQuerySchema(rules);
    querySchemas.set(rules, schema);
  }
  return schema;
}

/** Equal rules are the same object (current-rules.ts), and making a schema costs more than a whole quote. */
const querySchemas = new WeakMap<PricingRules, ReturnType<typeof makeQuerySchema>>();

function makeQuerySchema(rules: PricingRules) {
  const offered = (values: string[]) =>
    z.enum(values, { error: `must be one of ${values.join(', ')}` }).optional();
  return z.object({
    shippingMethod: offered(offeredMethods(rules)),
    country: offered(servedCountries(rules).map(({ code }) => code)),
  });
}

export const checkoutQuoteSchema = z
  .object({
    cartId: z.uuid(),
    cartVersion: z.int(),
    submitToken: z.uuid().describe('Submits this cart at this total, once. Dies when either changes.'),
    currency: z.string(),
    subtotalMinor: z.int(),
    shippingMinor: z.int(),
    taxMinor: z.int(),
    discountMinor: z.int(),
    totalMinor: z.int(),
    shippingMethods: z.array(z.object({ id: z.string(), label: z.string(), priceMinor: z.int() })),
    paymentMethods: z.array(z.object({ id: z.string(), label: z.string() })),
  })
  .meta({ id: 'CheckoutQuote', description: 'What the open cart costs when it is sent somewhere.' });

export type CheckoutQuote = z.output<typeof checkoutQuoteSchema>;
