import { z } from 'zod';
import { countryCodes } from '#lib/checkout/quote.ts';

/**
 * Text as a person types it on one line. Control characters and halves of surrogate pairs are no
 * text: PostgreSQL stores neither, and a parcel label prints neither.
 */
const line = (max: number) =>
  z
    .string()
    .trim()
    .max(max, `may have at most ${max} characters`)
    .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), 'has a character that cannot be printed');

const optional = (max: number) =>
  line(max)
    .nullish()
    .transform((value) => value || null);

const required = (what: string, max: number) =>
  z
    .string({ error: `enter ${what}` })
    .trim()
    .min(1, `enter ${what}`)
    .pipe(line(max));

/** Where an order goes. Bounds are what carriers print on a label, with room to spare. */
export const shippingAddressSchema = z.object({
  name: required('the name on the parcel', 100),
  line1: required('the street and number', 200),
  line2: optional(200),
  city: required('the town or city', 100),
  region: optional(100),
  postalCode: required('the postal code', 20),
  country: z.enum(countryCodes, { error: 'choose a country that we send to' }),
});

export type ShippingAddress = z.output<typeof shippingAddressSchema>;

/** The same as it is kept and shown: cleaned, and null where nothing was entered. */
export const storedAddressSchema = z.object({
  name: z.string(),
  line1: z.string(),
  line2: z.string().nullable(),
  city: z.string(),
  region: z.string().nullable(),
  postalCode: z.string(),
  country: z.enum(countryCodes),
});
