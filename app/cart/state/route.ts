import type { CartState } from '#components/cart/cart-events.ts';
import { countOf } from '#components/cart/cart-state.ts';
import { getCart } from '#lib/cart/get-cart.ts';
import { json, route } from '#lib/platform/http/http.ts';
import { sessionOf } from '#lib/platform/session/session.ts';

/**
 * Which cart the shopper has and how much is in it, for pages that are open: they show the count and
 * notice that the cart is another one by now. What was removed from it is told where it is shown.
 */
export const GET = route(async (request) => {
  const userId = await sessionOf(request);
  if (!userId) return json(null);
  const cart = await getCart({ userId });
  const state: CartState = { id: cart.id, version: cart.version, count: countOf(cart) };
  return json(state);
});
