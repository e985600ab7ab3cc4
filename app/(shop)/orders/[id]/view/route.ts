import { viewRoute } from '#app/_personal/page-request.ts';
import { readOrderPage } from '#app/(shop)/orders/[id]/read-order-page.ts';

export const GET = viewRoute(readOrderPage);
