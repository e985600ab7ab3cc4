import { z } from 'zod';
import { submissionSchema } from '#lib/checkout/submission/schema.ts';

const line = (max: number) =>
  z
    .string()
    .trim()
    .max(max)
    .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text));
const required = (max: number) => line(max).min(1);
const optional = (max: number) =>
  line(max)
    .nullish()
    .transform((value) => value || null);

/** At that time a card number was accepted as a payment token. */
export const earlierPaymentTokenSchema = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[\w-]*$/);

/**
 * The rules up to version 0.1: one rule for all countries, and invisible text was allowed. Orders of that
 * time are replayed under these rules, so they never change again.
 */
export const earlierSubmissionSchema = submissionSchema.extend({
  email: z.string().trim().max(254).pipe(z.email()),
  shippingAddress: z.object({
    name: required(100),
    line1: required(200),
    line2: optional(200),
    city: required(100),
    region: optional(100),
    postalCode: required(20),
    country: z.string().regex(/^[A-Z]{2}$/),
  }),
  payment: z.discriminatedUnion('method', [
    z.object({ method: z.literal('invoice') }),
    z.object({ method: z.literal('card'), token: earlierPaymentTokenSchema }),
  ]),
});
