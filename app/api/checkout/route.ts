import { getCheckout } from '#lib/checkout/get-checkout.ts';
import { json, notAllowed, parseOrThrow, queryOf, route } from '#lib/platform/http/http.ts';
import { sessionOrNew } from '#lib/platform/session/session.ts';
import { checkoutQuerySchema } from '#lib/pricing/schema.ts';

export const GET = route(async (request) => {
  const query = parseOrThrow(checkoutQuerySchema, queryOf(request));
  const { shopper } = await sessionOrNew(request);
  return json(await getCheckout({ userId: shopper.shopperId, ...query }));
});

const refuse = notAllowed('GET');

export { refuse as DELETE, refuse as PATCH, refuse as POST, refuse as PUT };
