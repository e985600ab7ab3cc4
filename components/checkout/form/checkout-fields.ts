import { type CheckoutFieldName, findCheckoutField } from '#lib/checkout/checkout-fields.ts';

/** The field with the card's token, when the order is paid by card. */
export const cardFieldName = 'payment.token' satisfies CheckoutFieldName;

export const countryFieldName = 'shippingAddress.country' satisfies CheckoutFieldName;

export const shippingMethodFieldName = 'shippingMethod' satisfies CheckoutFieldName;

export const paymentMethodFieldName = 'payment.method' satisfies CheckoutFieldName;

/**
 * Returns the checkout's URL with the choice in it, so that a reload shows the same total. It contains
 * nothing else: histories and logs keep URLs, and anyone can write one.
 */
export function checkoutAddress(choice: { shippingMethod: string; country: string }): string {
  const { shippingMethod, country } = choice;
  return `/checkout?${new URLSearchParams({ shippingMethod, country })}`;
}

/** Whether a problem with this path can be shown beside a visible field. */
export const isShownField = (path: string): boolean => findCheckoutField(path) !== undefined;

export const labelOf = (path: string): string => findCheckoutField(path)?.label ?? path;
