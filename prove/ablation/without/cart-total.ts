import { quote } from '#lib/checkout/quote.ts';
import * as shop from '#lib/orders/decide.ts';

/** The order costs what the cart costs by now, whatever the shopper was shown. */

export * from '#lib/orders/decide.ts';

export const decide: typeof shop.decide = (snapshot, placements) => {
  const carts = new Map(snapshot.carts.map((cart) => [cart.id, cart]));
  return shop.decide(
    snapshot,
    placements.map((placement) => {
      const { cartId, shippingMethod, shippingAddress, totalMinor } = placement;
      const cart = carts.get(cartId);
      const now = cart && quote(cart.lines, shippingMethod, shippingAddress.country);
      return { ...placement, totalMinor: now?.totalMinor ?? totalMinor };
    }),
  );
};
