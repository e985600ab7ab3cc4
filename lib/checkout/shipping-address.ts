import { z } from 'zod';
import { countryCodes } from '#lib/checkout/quote.ts';

const optional = (max: number) =>
  z
    .string()
    .trim()
    .max(max, `may have at most ${max} characters`)
    .nullish()
    .transform((value) => value || null);

const required = (what: string, max: number) =>
  z
    .string({ error: `enter ${what}` })
    .trim()
    .min(1, `enter ${what}`)
    .max(max, `may have at most ${max} characters`);

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
