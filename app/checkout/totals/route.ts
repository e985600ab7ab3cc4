import { choiceOf } from '#app/checkout/choice.ts';
import { checkoutAddress, countryFieldName } from '#components/checkout/checkout-fields.ts';
import { keepDraftHeader } from '#lib/checkout/checkout-draft.ts';
import { readForm } from '#lib/checkout/submission/read-submission.ts';
import { refuseForeignOrigin, route } from '#lib/platform/http/http.ts';
import { sealedShopperOf } from '#lib/platform/session/session.ts';

/**
 * "Update totals" of a page without JavaScript: back to the checkout with the choice in its
 * address, and with what was typed in a cookie, because a name and an address belong in no URL.
 */
export const POST = route(async (request) => {
  refuseForeignOrigin(request);
  const typed = await readForm(request);
  const choice = choiceOf({ shippingMethod: typed.shippingMethod, country: typed[countryFieldName] });
  const headers = {
    location: checkoutAddress(choice),
    'cache-control': 'no-store',
    'set-cookie': keepDraftHeader(sealedShopperOf(request), undefined, typed),
  };
  return new Response(null, { status: 303, headers });
});
