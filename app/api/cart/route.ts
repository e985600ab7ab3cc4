import { getCartToShow } from '#lib/cart/get-cart.ts';
import { json, notAllowed, route } from '#lib/platform/http/http.ts';
import { sessionOrNew } from '#lib/platform/session/session.ts';

export const GET = route(async (request) => {
  const { shopper, headers } = await sessionOrNew(request);
  const cart = await getCartToShow({ userId: shopper.shopperId });
  return json(cart, { headers: { ...headers, etag: `"${cart.version}"` } });
});

const refuse = notAllowed('GET');

export { refuse as DELETE, refuse as PATCH, refuse as POST, refuse as PUT };
