import { orderUrl } from '#lib/orders/order-request.ts';
import { ownsOrder } from '#lib/orders/owns-order.ts';
import { returnFromBank } from '#lib/payments/return-from-bank.ts';
import { asAppError, requestIdOf } from '#lib/platform/http/http.ts';
import { sessionOf } from '#lib/platform/session/session.ts';

/**
 * Where the bank sends the shopper back to. What it says in the address is not looked at; whatever
 * happens here, the order's page is where they go on, and it shows what is known by then. A bank's
 * app may open another browser than the one that ordered: that one is told so.
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

/** Whether the order is of this browser; if so, its payment is looked up. */
async function settleOwn(request: Request, id: string): Promise<boolean> {
  const userId = await sessionOf(request);
  if (!userId || !(await ownsOrder({ userId, id }))) return false;
  await returnFromBank({ userId, orderId: id });
  return true;
}
