import { getCart } from '#lib/cart/get-cart.ts';
import type { Cart } from '#lib/cart/schema.ts';
import { submitTokenFor } from '#lib/checkout/submission/submit-token.ts';
import { unpaidPolicy } from '#lib/orders/unpaid/unpaid-policy.ts';
import { isChargeable } from '#lib/payment-provider/card-amounts.ts';
import { takesCards } from '#lib/payment-provider/takes-cards.ts';
import { AppError } from '#lib/platform/errors.ts';
import { quote } from '#lib/pricing/quote.ts';
import type { CheckoutQuote } from '#lib/pricing/schema.ts';
import type { CountryCode } from '#lib/shipping/countries.ts';
import { type ShippingMethodId, shippingMethodsFor } from '#lib/shipping/methods.ts';

const card = { id: 'card', label: 'Card: charged when you order' };
const invoice = { id: 'invoice', label: 'Invoice: pay within 14 days of delivery' };

export interface GetCheckout {
  userId: string;
  shippingMethod: ShippingMethodId;
  country: CountryCode;
}

/** The quote of the shopper's open cart, with the token that submits it. Throws `cart_empty`. */
export async function getCheckout({ userId, shippingMethod, country }: GetCheckout): Promise<CheckoutQuote> {
  const cart = await getCart({ userId });
  if (cart.lines.length === 0) {
    throw new AppError('cart_empty', { detail: 'There is nothing in the cart to check out.' });
  }
  return checkoutQuoteOf({ userId, cart, shippingMethod, country });
}

/** The same for a cart that is already read. */
export function checkoutQuoteOf({
  userId,
  cart,
  shippingMethod,
  country,
}: GetCheckout & { cart: Cart }): CheckoutQuote {
  const totals = quote(cart.lines, shippingMethod, country);
  return {
    cartId: cart.id,
    cartVersion: cart.version,
    submitToken: submitTokenFor({
      userId,
      cartId: cart.id,
      cartVersion: cart.version,
      totalMinor: totals.totalMinor,
      currency: cart.currency,
    }),
    currency: cart.currency,
    ...totals,
    shippingMethods: shippingMethodsFor(totals.subtotalMinor, country),
    paymentMethods: [
      ...(takesCards() && isChargeable(totals.totalMinor, cart.currency) ? [card] : []),
      ...(totals.totalMinor <= unpaidPolicy().invoiceMaxMinor ? [invoice] : []),
    ],
  };
}
