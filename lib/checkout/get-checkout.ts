import { getCart } from '#lib/cart/get-cart.ts';
import type { Cart } from '#lib/cart/schema.ts';
import { submitTokenFor } from '#lib/checkout/submission/submit-token.ts';
import { unpaidPolicy } from '#lib/orders/unpaid/unpaid-policy.ts';
import { isChargeable } from '#lib/payment-provider/card-amounts.ts';
import { takesCards } from '#lib/payment-provider/takes-cards.ts';
import { AppError } from '#lib/platform/errors.ts';
import { refuseUnoffered } from '#lib/pricing/choice.ts';
import { currentRules } from '#lib/pricing/current-rules.ts';
import { type Choice, price } from '#lib/pricing/price.ts';
import { type PricingRules, shippingMethodsTo } from '#lib/pricing/rules.ts';
import type { CheckoutQuote } from '#lib/pricing/schema.ts';

const card = { id: 'card', label: 'Card: charged when you order' };
const invoice = { id: 'invoice', label: 'Invoice: pay within 14 days of delivery' };

export interface GetCheckout extends Choice {
  userId: string;
}

/**
 * The quote of the shopper's open cart, with the token that submits it. Throws `cart_empty`, and
 * `invalid_request` when the shop does not offer the choice.
 */
export async function getCheckout({ userId, ...choice }: GetCheckout): Promise<CheckoutQuote> {
  const cart = await getCart({ userId });
  if (cart.lines.length === 0) {
    throw new AppError('cart_empty', { detail: 'There is nothing in the cart to check out.' });
  }
  return checkoutQuoteOf({ userId, cart, choice, rules: await currentRules() });
}

/** The same for a cart that is already read. */
export function checkoutQuoteOf({
  userId,
  cart,
  choice,
  rules,
}: {
  userId: string;
  cart: Cart;
  choice: Choice;
  rules: PricingRules;
}): CheckoutQuote {
  refuseUnoffered(choice, rules);
  const totals = price(cart, choice, rules)?.totals;
  if (!totals) throw changingCurrency();
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
    shippingMethods: shippingMethodsTo(rules, choice.country, totals.subtotalMinor),
    paymentMethods: [
      ...(takesCards() && isChargeable(totals.totalMinor, cart.currency) ? [card] : []),
      ...(totals.totalMinor <= unpaidPolicy().invoiceMaxMinor ? [invoice] : []),
    ],
  };
}

/** The cart was read after the owner changed the shop's currency, and the rules before. */
function changingCurrency(): AppError {
  return new AppError('unavailable', {
    detail: 'The prices are being changed right now. Your cart is kept; try again in a few seconds.',
    retryAfterSeconds: 2,
  });
}
