import { viewRoute } from '#app/_personal/page-request.ts';
import { readCartPage } from '#app/(shop)/cart/read-cart-page.ts';

export const GET = viewRoute(readCartPage);
