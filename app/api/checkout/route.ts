import { getCheckout } from '#lib/checkout/get-checkout.ts';
import { json, notAllowed, parseOrThrow, queryOf, route } from '#lib/platform/http/http.ts';
import { sessionOrNew } from '#lib/platform/session/session.ts';
import { choiceOf } from '#lib/pricing/choice.ts';
import { currentRules } from '#lib/pricing/current-rules.ts';
import { checkoutQuerySchemaOf } from '#lib/pricing/schema.ts';

export const GET = route(async (request) => {
  const rules = await currentRules();
  const query = parseOrThrow(checkoutQuerySchemaOf(rules), queryOf(request));
  const { shopper } = await sessionOrNew(request);
  // A given value is never replaced: the quote is of what the client asked for, or refused.
  const { shippingMethod, country } = { ...choiceOf(query, rules), ...query };
  return json(await getCheckout({ userId: shopper.shopperId, shippingMethod, country }));
});

const refuse = notAllowed('GET');

export { refuse as DELETE, refuse as PATCH, refuse as POST, refuse as PUT };
