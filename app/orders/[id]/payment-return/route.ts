import { asAppError, requestIdOf } from '#lib/http.ts';
import { orderUrl } from '#lib/orders/placement.ts';
import { returnFromBank } from '#lib/payments/return-from-bank.ts';
import { sessionOf } from '#lib/session.ts';
import { isUuid } from '#lib/uuid.ts';

/**
 * Where the bank sends the shopper back to. What it says in the address is not looked at; whatever
 * happens here, the order's page is where they go on, and it shows what is known by then.
 */
export async function GET(
  request: Request,
  { params }: { params: Promise<{ id: string }> },
): Promise<Response> {
  const { id } = await params;
  const userId = sessionOf(request);
  if (userId && isUuid(id)) {
    await returnFromBank({ userId, orderId: id }).catch((error) => asAppError(error, requestIdOf(request)));
  }
  const location = orderUrl(encodeURIComponent(id));
  return new Response(null, { status: 303, headers: { location, 'cache-control': 'no-store' } });
}
