import {
  checkoutAddress,
  countryFieldName,
  shippingMethodFieldName,
} from '#components/checkout/form/checkout-fields.ts';
import { keepDraftHeader } from '#lib/checkout/checkout-draft.ts';
import { readForm } from '#lib/checkout/submission/read-submission.ts';
import { refuseForeignOrigin, route } from '#lib/platform/http/http.ts';
import { sealedShopperOf } from '#lib/platform/session/session.ts';
import { choiceOf } from '#lib/pricing/choice.ts';
import { currentRules } from '#lib/pricing/current-rules.ts';

/**
 * Handles "Update totals" on a page without JavaScript. Redirects to the checkout with the choice in
 * the URL and the typed text in a cookie. A name and an address must not appear in a URL.
 */
export const POST = route(async (request) => {
  refuseForeignOrigin(request);
  const typed = await readForm(request);
  const chosen = {
    shippingMethod: typed[shippingMethodFieldName],
    country: typed[countryFieldName],
  };
  const choice = choiceOf(chosen, await currentRules());
  const headers = {
    location: checkoutAddress(choice),
    'cache-control': 'no-store',
    'set-cookie': keepDraftHeader(sealedShopperOf(request), undefined, typed),
  };
  return new Response(null, { status: 303, headers });
});
