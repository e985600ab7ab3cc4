import { z } from 'zod';
import { typedLine } from '#lib/platform/text/typed-text.ts';
import { type AddressField, addressFields } from '#lib/shipping/address-fields.ts';
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

const required = ({ missing, maxLength }: Required<AddressField>) =>
  z.string({ error: missing }).trim().min(1, missing).pipe(typedLine(maxLength));

const { name, line1, line2, city, region, postalCode, country } = addressFields;

const fields = z.object({
  name: required(name),
  line1: required(line1),
  line2: optional(line2.maxLength),
  city: optional(city.maxLength),
  // An empty State field in a form was not filled in, and is refused where it is required. A client that
  // sends none, or null, may leave it out: the postal code is enough for a carrier.
  region: typedLine(region.maxLength).nullish(),
  postalCode: optional(postalCode.maxLength),
  country: z.enum(countryCodes, { error: country.missing }),
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
