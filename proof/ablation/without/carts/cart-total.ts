import * as shop from '#lib/orders/decide/decide.ts';
import { price } from '#lib/pricing/price.ts';

/** The order has the cart's current total, even if the shopper saw another one. */

export * from '#lib/orders/decide/decide.ts';

export const decide: typeof shop.decide = (snapshot, orderRequests) => {
  const carts = new Map(snapshot.carts.map((cart) => [cart.id, cart]));
  return shop.decide(
    snapshot,
    orderRequests.map((orderRequest) => {
      const { cartId, shippingMethod, shippingAddress, totalMinor } = orderRequest;
      const cart = carts.get(cartId);
      const choice = { shippingMethod, country: shippingAddress.country };
      const now = cart && price(cart, choice, snapshot.rules);
      return { ...orderRequest, totalMinor: now?.totals.totalMinor ?? totalMinor };
    }),
  );
};
