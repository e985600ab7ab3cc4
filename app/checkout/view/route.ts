import { readCheckoutPage } from '#app/checkout/read-checkout-page.ts';
import { viewRoute } from '#app/page-request.ts';

export const GET = viewRoute(readCheckoutPage);
