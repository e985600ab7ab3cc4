import { isFormPost } from '#lib/checkout/submission/read-submission.ts';
import { cancelOrder } from '#lib/order-management/cancel-order.ts';
import { getOrder } from '#lib/order-management/get-order.ts';
import { orderUrl } from '#lib/orders/order-request.ts';
import type { ProblemCode } from '#lib/platform/errors.ts';
import {
  asAppError,
  clientIpOf,
  json,
  notAllowed,
  refuseForeignOrigin,
  route,
} from '#lib/platform/http/http.ts';
import { countedNetwork } from '#lib/platform/http/network-of.ts';
import { requireSession } from '#lib/platform/session/session.ts';

export const POST = route<{ params: Promise<{ id: string }> }>(async (request, { params }, requestId) => {
  refuseForeignOrigin(request);
  const { id } = await params;
  if (isFormPost(request)) return cancelFromPage(request, id, requestId);
  const { shopperId: userId } = await requireSession(request);
  const { changed } = await cancelOrder({ userId, id, network: countedNetwork(clientIpOf(request)) });
  const headers: Record<string, string> = changed ? {} : { 'idempotent-replayed': 'true' };
  return json(await getOrder({ userId, id }), { headers });
});

/** Not this shopper's order: redirect to /orders, because this shopper can't see the order's page. */
const withoutOrder: ProblemCode[] = ['not_found', 'session_required'];

/**
 * Redirects a form to the order's page, whatever the outcome. The page shows the order's current
 * status, or that the shop can't be reached. A JSON problem document would not help a shopper.
 */
async function cancelFromPage(request: Request, id: string, requestId: string): Promise<Response> {
  let location = orderUrl(encodeURIComponent(id));
  try {
    const network = countedNetwork(clientIpOf(request));
    const { shopperId: userId } = await requireSession(request);
    await cancelOrder({ userId, id, network });
  } catch (error) {
    if (withoutOrder.includes(asAppError(error, requestId).code)) location = '/orders';
  }
  return new Response(null, { status: 303, headers: { location, 'cache-control': 'no-store' } });
}

const refuse = notAllowed('POST');

export { refuse as DELETE, refuse as GET, refuse as PATCH, refuse as PUT };
