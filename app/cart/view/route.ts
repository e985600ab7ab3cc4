import { readCartPage } from '#app/cart/read-cart-page.ts';
import { viewRoute } from '#app/page-request.ts';

export const GET = viewRoute(readCartPage);
