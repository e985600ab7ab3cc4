import { submitOrder } from '#lib/checkout/submit-order.ts';
import { listOrders, orderListQuerySchema } from '#lib/orders/read/list-orders.ts';
import { json, notAllowed, parseOrThrow, queryOf, route } from '#lib/platform/http/http.ts';
import { requireSession } from '#lib/platform/session/session.ts';

export const POST = submitOrder;

export const GET = route(async (request) => {
  const { cursor } = parseOrThrow(orderListQuerySchema, queryOf(request));
  const { shopperId: userId } = await requireSession(request);
  return json(await listOrders({ userId, cursor }));
});

const refuse = notAllowed('GET, POST');

export { refuse as DELETE, refuse as PATCH, refuse as PUT };
