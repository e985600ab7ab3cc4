import { viewRoute } from '#app/_personal/page-request.ts';
import { readCheckoutPage } from '#app/(checkout)/checkout/read-checkout-page.ts';

export const GET = viewRoute(readCheckoutPage);
