import type { CartState } from '#components/cart/cart-events.ts';
import { countOf } from '#components/cart/cart-state.ts';
import { getCart } from '#lib/cart/get-cart.ts';
import { json, route } from '#lib/platform/http/http.ts';
import { sessionOf } from '#lib/platform/session/session.ts';

/**
 * Answers which cart the shopper has and how many items are in it. Open pages use it to show the count
 * and to notice that the cart has changed. It doesn't report removed items; only a page that shows them
 * does.
 */
export const GET = route(async (request) => {
  const shopper = await sessionOf(request);
  if (!shopper) return json(null);
  const cart = await getCart({ userId: shopper.shopperId });
  const state: CartState = { id: cart.id, version: cart.version, count: countOf(cart) };
  return json(state);
});
