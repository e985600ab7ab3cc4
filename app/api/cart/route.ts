import { getCart } from '#lib/cart/get-cart.ts';
import { json, route } from '#lib/http.ts';
import { sessionOrNew } from '#lib/session.ts';

export const GET = route(async (request) => {
  const { userId, headers } = sessionOrNew(request);
  const cart = await getCart({ userId });
  return json(cart, { headers: { ...headers, etag: `"${cart.version}"` } });
});
