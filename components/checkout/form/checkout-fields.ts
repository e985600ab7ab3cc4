import type { ComponentProps } from 'react';

/**
 * A text field of the checkout. Its lengths are those of the schema that validates it. `missing` is the
 * message beside an empty field.
 */
export interface CheckoutField {
  name: string;
  label: string;
  optional?: boolean;
  hint?: string;
  /** Half a row wide if the screen has room. */
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

/** The field with the card's token, when the order is paid by card. */
export const cardFieldName = 'payment.token';

export const countryFieldName = 'shippingAddress.country';

/**
 * Returns the checkout's URL with the choice in it, so that a reload shows the same total. It contains
 * nothing else: histories and logs keep URLs, and anyone can write one.
 */
export function checkoutAddress(choice: { shippingMethod: string; country: string }): string {
  const { shippingMethod, country } = choice;
  return `/checkout?${new URLSearchParams({ shippingMethod, country })}`;
}

const labels = new Map([
  [emailField.name, emailField.label] as const,
  ['shippingAddress.name', 'Full name'] as const,
  ['shippingAddress.line1', 'Street and number'] as const,
  ['shippingAddress.line2', 'Apartment, floor, company'] as const,
  ['shippingAddress.city', 'Town or city'] as const,
  ['shippingAddress.region', 'State, province or region'] as const,
  ['shippingAddress.postalCode', 'Postal code'] as const,
  [countryFieldName, 'Country'] as const,
  ['shippingMethod', 'Delivery method'] as const,
  ['payment.method', 'Payment'] as const,
  [cardFieldName, 'Card'] as const,
]);

/** Whether a problem with this path can be shown beside a visible field. */
export const isShownField = (path: string): boolean => labels.has(path);

export const labelOf = (path: string): string => labels.get(path) ?? path;
