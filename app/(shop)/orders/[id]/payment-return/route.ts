import { orderUrl } from '#lib/orders/order-request.ts';
import { ownsOrder } from '#lib/orders/read/owns-order.ts';
import { returnFromBank } from '#lib/payments/return-from-bank.ts';
import { asAppError, requestIdOf } from '#lib/platform/http/http.ts';
import { sessionOf } from '#lib/platform/session/session.ts';

/**
 * The bank redirects the shopper here. Its query parameters are ignored. Whatever happens here, the
 * next page is the order's page, which shows the current status. A bank's app may open a browser that
 * didn't place the order; the page then says so.
 */
export async function GET(
  request: Request,
  { params }: { params: Promise<{ id: string }> },
): Promise<Response> {
  const { id } = await params;
  const owned = await settleOwn(request, id).catch((error) => {
    asAppError(error, requestIdOf(request));
    return true;
  });
  const page = orderUrl(encodeURIComponent(id));
  const location = owned ? page : `${page}?returned=1`;
  return new Response(null, { status: 303, headers: { location, 'cache-control': 'no-store' } });
}

/** Whether this browser placed the order. If so, queries its charge and settles it. */
async function settleOwn(request: Request, id: string): Promise<boolean> {
  const userId = (await sessionOf(request))?.shopperId;
  if (!userId || !(await ownsOrder({ userId, id }))) return false;
  await returnFromBank({ userId, orderId: id });
  return true;
}
