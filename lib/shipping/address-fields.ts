/**
 * The fields of a shipping address that a person fills in: the one list from which the form, the request's
 * body, the draft and the validation derive. Pure, so that pages can use it. `address-layout.ts` says what
 * a country calls its town fields, and which of them it needs.
 */

export interface AddressField {
  label: string;
  /** What to do about an empty field; undefined for one that may stay empty, or where the country decides. */
  missing?: string;
  /** For a typed text, in UTF-16 units: longer than what carriers print on a label. */
  maxLength?: number;
}

export const addressFields = {
  name: { label: 'Full name', missing: 'enter the name on the parcel', maxLength: 100 },
  country: { label: 'Country', missing: 'choose a country that we send to' },
  line1: { label: 'Street and number', missing: 'enter the street and number', maxLength: 200 },
  line2: { label: 'Apartment, floor, company', maxLength: 200 },
  city: { label: 'Town or city', maxLength: 100 },
  region: { label: 'State, province or region', maxLength: 100 },
  postalCode: { label: 'Postal code', maxLength: 20 },
} as const satisfies Record<string, AddressField>;

export type AddressFieldName = keyof typeof addressFields;
