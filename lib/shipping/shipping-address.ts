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
import { postalCodeOf } from '#lib/shipping/postal-code.ts';

const optional = (max: number) =>
  typedLine(max)
    .nullish()
    .transform((value) => value || null);

const required = ({ missing, maxLength }: Required<AddressField>) =>
  z.string({ error: missing }).trim().min(1, missing).pipe(typedLine(maxLength));

const { name, line1, line2, city, region, postalCode } = addressFields;
const { missing: unknownCountry } = addressFields.country;

const fieldsTo = (country: z.ZodType<string, string>) =>
  z.object({
    name: required(name),
    line1: required(line1),
    line2: optional(line2.maxLength),
    city: optional(city.maxLength),
    // An empty State field in a form was not filled in, and is refused where it is required. A client that
    // sends none, or null, may leave it out: the postal code is enough for a carrier.
    region: typedLine(region.maxLength).nullish(),
    postalCode: optional(postalCode.maxLength),
    country,
  });

function addressTo(country: z.ZodType<string, string>) {
  /** Other fields may be missing or of any type here; their own rules have reported that. */
  const hasCountry = (value: unknown) => country.safeParse(Object(value).country).success;
  return fieldsTo(country)
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
      // Only a country that is its own town has no city here.
      city: address.city ?? layoutOf(address.country).onlyTown ?? '',
      region: address.region || null,
    }));
}

export const countryCodeSchema = z
  .string({ error: unknownCountry })
  .regex(/^[A-Z]{2}$/, unknownCountry)
  .describe('ISO 3166-1 alpha-2 code of a country that the shop ships to.');

/** The shipping address of an order in any country, checked by the rules of that country's post. */
export const shippingAddressSchema = addressTo(countryCodeSchema);

/** The same in one of these countries. */
export const shippingAddressSchemaTo = (countryCodes: readonly string[]) =>
  addressTo(z.enum(countryCodes, { error: unknownCountry }));

export type ShippingAddress = z.output<typeof shippingAddressSchema>;

type Fields = z.output<ReturnType<typeof fieldsTo>>;

function countryFaultsOf(address: Fields): { field: TownField; message: string }[] {
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
  country: z.string().describe('ISO 3166-1 alpha-2 code'),
});
