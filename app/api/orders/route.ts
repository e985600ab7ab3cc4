import { json, notAllowed, parseOrThrow, queryOf, route } from '#lib/http.ts';
import { listOrders, orderListQuerySchema } from '#lib/orders/list-orders.ts';
import { submitOrder } from '#lib/orders/submit-order.ts';
import { requireSession } from '#lib/session.ts';

export const POST = submitOrder;

export const GET = route(async (request) => {
  const { cursor } = parseOrThrow(orderListQuerySchema, queryOf(request));
  return json(await listOrders({ userId: await requireSession(request), cursor }));
});

const refuse = notAllowed('GET, POST');

export { refuse as DELETE, refuse as PATCH, refuse as PUT };
