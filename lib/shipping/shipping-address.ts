import { z } from 'zod';
import { typedLine } from '#lib/platform/text/typed-text.ts';
import {
  layoutOf,
  missingFieldMessage,
  type TownField,
  townFields,
  wrongPostalCodeMessage,
} from '#lib/shipping/address-layout.ts';
import { type CountryCode, countryCodes, countryName } from '#lib/shipping/countries.ts';
import { postalCodeOf } from '#lib/shipping/postal-code.ts';

const optional = (max: number) =>
  typedLine(max)
    .nullish()
    .transform((value) => value || null);

const required = (what: string, max: number) =>
  z
    .string({ error: `enter ${what}` })
    .trim()
    .min(1, `enter ${what}`)
    .pipe(typedLine(max));

/** The limits are longer than what carriers print on a label. */
const fields = z.object({
  name: required('the name on the parcel', 100),
  line1: required('the street and number', 200),
  line2: optional(200),
  city: optional(100),
  // An empty State field in a form was not filled in, and is refused where it is required. A client that
  // sends none, or null, may leave it out: the postal code is enough for a carrier.
  region: typedLine(100).nullish(),
  postalCode: optional(20),
  country: z.enum(countryCodes, { error: 'choose a country that we send to' }),
});

/** The shipping address of an order, checked by the rules of its country. */
export const shippingAddressSchema = fields
  .superRefine(
    (address, context) => {
      for (const { field, message } of countryFaultsOf(address)) {
        const isJudged = context.issues.some(({ path }) => path?.[0] === field);
        if (!isJudged) context.addIssue({ code: 'custom', path: [field], message });
      }
    },
    // Runs even when the name is missing, so that a shopper sees all mistakes in one answer.
    { when: ({ value }) => hasCountry(value) },
  )
  .transform((address) => ({
    ...address,
    // Only Singapore, which is its own town, has no city here.
    city: address.city ?? countryName(address.country),
    region: address.region || null,
  }));

export type ShippingAddress = z.output<typeof shippingAddressSchema>;

/** Other fields may be missing or of any type here; their own rules have reported that. */
function hasCountry(value: unknown): boolean {
  const { country } = Object(value) as { country?: CountryCode };
  return country !== undefined && countryCodes.includes(country);
}

function countryFaultsOf(address: z.output<typeof fields>): { field: TownField; message: string }[] {
  const layout = layoutOf(address.country);
  const missing = townFields
    .filter((field) => layout[field].required && address[field] === (field === 'region' ? '' : null))
    .map((field) => ({ field, message: missingFieldMessage(layout[field]) }));
  const { country, postalCode } = address;
  return typeof postalCode === 'string' && postalCodeOf(country, postalCode) === undefined
    ? [...missing, { field: 'postalCode', message: wrongPostalCodeMessage(layout) }]
    : missing;
}

/** The stored and shown form: cleaned, and null where no text was entered. */
export const storedAddressSchema = z.object({
  name: z.string(),
  line1: z.string(),
  line2: z.string().nullable(),
  city: z.string(),
  region: z.string().nullable(),
  postalCode: z.string().nullable(),
  country: z.enum(countryCodes),
});
