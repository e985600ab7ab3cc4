import { readOrderPage } from '#app/orders/[id]/read-order-page.ts';
import { viewRoute } from '#app/page-request.ts';

export const GET = viewRoute(readOrderPage);
