import type { ProblemCode } from '#lib/errors.ts';
import { asAppError, clientIpOf, json, notAllowed, refuseForeignOrigin, route } from '#lib/http.ts';
import { cancelOrder } from '#lib/orders/cancel-order.ts';
import { getOrder } from '#lib/orders/get-order.ts';
import { countedNetwork } from '#lib/orders/network-of.ts';
import { orderUrl } from '#lib/orders/placement.ts';
import { isFormPost } from '#lib/orders/read-submission.ts';
import { requireSession } from '#lib/session.ts';

export const POST = route<{ params: Promise<{ id: string }> }>(async (request, { params }, requestId) => {
  refuseForeignOrigin(request);
  const { id } = await params;
  if (isFormPost(request)) return cancelFromPage(request, id, requestId);
  const userId = await requireSession(request);
  const { changed } = await cancelOrder({ userId, id, network: countedNetwork(clientIpOf(request)) });
  const headers: Record<string, string> = changed ? {} : { 'idempotent-replayed': 'true' };
  return json(await getOrder({ userId, id }), { headers });
});

/** Whoever has no such order has no page of it either: their own orders are the next best thing. */
const withoutOrder: ProblemCode[] = ['not_found', 'session_required'];

/**
 * A form is sent back to the order's page, whatever came of it: the page shows what the order is
 * now, or that the shop can't be reached, better than a document for programs could.
 */
async function cancelFromPage(request: Request, id: string, requestId: string): Promise<Response> {
  let location = orderUrl(encodeURIComponent(id));
  try {
    const network = countedNetwork(clientIpOf(request));
    await cancelOrder({ userId: await requireSession(request), id, network });
  } catch (error) {
    if (withoutOrder.includes(asAppError(error, requestId).code)) location = '/orders';
  }
  return new Response(null, { status: 303, headers: { location, 'cache-control': 'no-store' } });
}

const refuse = notAllowed('POST');

export { refuse as DELETE, refuse as GET, refuse as PATCH, refuse as PUT };
