import { z } from 'zod';
import { challengeSchema } from '#lib/abuse/schema.ts';
import { orderReceiptSchema, shortageSchema } from '#lib/orders/schema.ts';
import { looksLikeCardNumber } from '#lib/payment-provider/card-number.ts';
import { emailAddressSchema } from '#lib/platform/text/email-address.ts';
import { offeredMethods, type PricingRules, servedCountries } from '#lib/pricing/rules.ts';
import { checkoutQuoteSchema } from '#lib/pricing/schema.ts';
import { shippingAddressSchema, shippingAddressSchemaTo } from '#lib/shipping/shipping-address.ts';

/**
 * The provider's token for a card. It is stored with the payment, so a card number is refused before
 * anything is written. Only this field refuses card numbers: a name or an address may contain a number of
 * that length, such as a locker's, and one in ten of these has the check digit of a card number.
 */
export const paymentTokenSchema = z
  .string({ error: 'choose a card' })
  .refine((text) => !looksLikeCardNumber(text), {
    error: 'a card number is not accepted here and was not kept; choose a card',
    abort: true,
  })
  .min(1, 'choose a card')
  .max(255, 'may have at most 255 characters')
  .regex(/^[\w-]*$/, 'must be the name that the payment provider gave the card')
  .describe(
    "The provider's name of a payment method. What looks like a card number is refused: 12 to 19 digits with the check digit of a card number, with or without spaces and hyphens.",
  );

/** The payment method: later by invoice, or now with a payment method of the provider. */
const paymentChoiceSchema = z.discriminatedUnion(
  'method',
  [
    z.object({ method: z.literal('invoice') }),
    z.object({ method: z.literal('card'), token: paymentTokenSchema }),
  ],
  { error: 'must be invoice or card' },
);

/**
 * The body of `POST /api/orders`. A form post uses the same names, with dots for nested fields. The shipping
 * method and the country may be any: which ones are offered is data of the shop.
 */
export const submissionSchema = z
  .object({
    submitToken: z.uuid('must be the UUID that the checkout gave').toLowerCase(),
    cartId: z.uuid('must be the UUID of the cart').toLowerCase(),
    cartVersion: z.int('must be a whole number').min(1, 'must be 1 or more'),
    totalMinor: z.int('must be a whole number of minor units').min(0, 'must be 0 or more'),
    currency: z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code'),
    email: emailAddressSchema,
    shippingMethod: z
      .string()
      .describe('The id of a shipping method, as in `shippingMethods` of `GET /api/checkout`.'),
    shippingAddress: shippingAddressSchema,
    payment: paymentChoiceSchema,
    /** The shopper was warned of a possible duplicate and wants to order again. */
    confirmDuplicate: z.boolean('must be true or false').default(false),
  })
  .meta({ id: 'Submission' });

export type Submission = z.output<typeof submissionSchema>;

const offered = new WeakMap<PricingRules, z.ZodType<Submission>>();

/** The rules for a new submission: the shop must offer the shipping method and ship to the country. */
export function submissionSchemaOf(rules: PricingRules): z.ZodType<Submission> {
  const known = offered.get(rules);
  if (known) return known;
  const methods = offeredMethods(rules);
  const schema = submissionSchema.extend({
    shippingMethod: z.enum(methods, { error: `must be one of ${methods.join(', ')}` }),
    shippingAddress: shippingAddressSchemaTo(servedCountries(rules).map(({ code }) => code)),
  });
  // Building it costs more than using it.
  offered.set(rules, schema);
  return schema;
}

export const acceptedSchema = z
  .object({ outcome: z.literal('accepted'), order: orderReceiptSchema })
  .meta({ id: 'Accepted' });

export const alreadyOrderedSchema = z
  .object({ outcome: z.literal('already_ordered'), order: orderReceiptSchema })
  .meta({ id: 'AlreadyOrdered' });

/** Members that a problem answer of `POST /api/orders` may have in addition to those of RFC 9457. */
export const submissionProblemExtras = {
  cart_changed: z.object({ quote: checkoutQuoteSchema.nullable() }),
  out_of_stock: z.object({ items: z.array(shortageSchema) }),
  possible_duplicate: z.object({ order: orderReceiptSchema }),
  order_limit: z.object({
    limit: z.object({
      kind: z.enum(['order_units', 'invoice_amount', 'invoices', 'cards', 'units', 'invoicedMinor']),
      scope: z.enum(['shopper', 'email', 'network']).optional(),
      allowed: z.int(),
    }),
  }),
  payment_declined: z.object({ order: orderReceiptSchema }),
  wrong_attempt: z.object({ expected: z.int() }),
  rate_limited: z.object({ challenge: challengeSchema.optional() }),
};

export const submissionStateSchema = z
  .object({ state: z.enum(['unknown', 'in_progress', 'done']), orderUrl: z.string().optional() })
  .meta({ id: 'SubmissionState', description: 'What became of a submission.' });
