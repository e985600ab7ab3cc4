import type { ComponentProps } from 'react';

/**
 * The text fields of the checkout, in the order in which they are filled in. Lengths are those of
 * the schema that judges them; `missing` stands beside a field that was left empty.
 */
export interface CheckoutField {
  name: string;
  label: string;
  optional?: boolean;
  hint?: string;
  /** Half a row where there is room. */
  half?: boolean;
  missing: string;
  input: ComponentProps<'input'>;
}

export const emailField: CheckoutField = {
  name: 'email',
  label: 'Email',
  hint: 'So that we can reach you about this order.',
  missing: 'Enter your email address.',
  input: { type: 'email', inputMode: 'email', autoComplete: 'email', maxLength: 254, spellCheck: false },
};

/** What the card is charged with, when the order is paid by card. */
export const cardFieldName = 'payment.token';

export const countryFieldName = 'shippingAddress.country';

/**
 * The checkout's address with the choice in it, so that a reload shows the same total. Nothing else
 * goes there: addresses are kept in histories and logs, and anybody can write one into a link.
 */
export function checkoutAddress(choice: { shippingMethod: string; country: string }): string {
  const { shippingMethod, country } = choice;
  return `/checkout?${new URLSearchParams({ shippingMethod, country })}`;
}

/** In the order of a label: who, where, and where that is. The country is a select and stands apart. */
export const addressFields: CheckoutField[] = [
  {
    name: 'shippingAddress.line1',
    label: 'Street and number',
    missing: 'Enter the street and number.',
    input: { autoComplete: 'shipping address-line1', maxLength: 200 },
  },
  {
    name: 'shippingAddress.line2',
    label: 'Apartment, floor, company',
    optional: true,
    missing: '',
    input: { autoComplete: 'shipping address-line2', maxLength: 200 },
  },
  {
    name: 'shippingAddress.postalCode',
    label: 'Postal code',
    half: true,
    missing: 'Enter the postal code.',
    input: { autoComplete: 'shipping postal-code', maxLength: 20, spellCheck: false },
  },
  {
    name: 'shippingAddress.city',
    label: 'Town or city',
    half: true,
    missing: 'Enter the town or city.',
    input: { autoComplete: 'shipping address-level2', maxLength: 100 },
  },
  {
    name: 'shippingAddress.region',
    label: 'State, province or region',
    optional: true,
    missing: '',
    input: { autoComplete: 'shipping address-level1', maxLength: 100 },
  },
];

export const nameField: CheckoutField = {
  name: 'shippingAddress.name',
  label: 'Full name',
  missing: 'Enter the name on the parcel.',
  input: { autoComplete: 'shipping name', maxLength: 100, spellCheck: false },
};

const textFields = [emailField, nameField, ...addressFields];

const labels = new Map([
  ...textFields.map(({ name, label }) => [name, label] as const),
  [countryFieldName, 'Country'] as const,
  ['shippingMethod', 'Delivery method'] as const,
  ['payment.method', 'Payment'] as const,
  [cardFieldName, 'Card'] as const,
]);

/** Whether a problem with this path can be shown beside a field that the shopper sees. */
export const isShownField = (path: string): boolean => labels.has(path);

export const labelOf = (path: string): string => labels.get(path) ?? path;

export const missingMessageOf = (name: string): string | undefined =>
  textFields.find((field) => field.name === name)?.missing;
