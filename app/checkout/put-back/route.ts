import { restoreLines } from '#lib/cart/restore-lines.ts';
import { readForm } from '#lib/checkout/submission/read-submission.ts';
import { cancelOrder } from '#lib/order-management/cancel-order.ts';
import { getOrder } from '#lib/order-management/get-order.ts';
import { orderUrl } from '#lib/orders/order-request.ts';
import type { OrderStatus } from '#lib/orders/schema.ts';
import { asAppError, clientIpOf, refuseForeignOrigin, route } from '#lib/platform/http/http.ts';
import { countedNetwork } from '#lib/platform/http/network-of.ts';
import { requireSession } from '#lib/platform/session/session.ts';

/** Orders that wait for a payment. They are cancelled first, so that their items are not held twice. */
const waiting: OrderStatus[] = ['payment_pending', 'payment_declined'];

/**
 * Puts the items of an unpaid order back into the cart. An order that still waits for its payment is
 * cancelled first. A repeated request has no further effect. Pages with and without JavaScript post
 * this form, so each outcome is a page.
 */
export const POST = route(async (request, _context: unknown, requestId) => {
  let location = '/orders';
  try {
    refuseForeignOrigin(request);
    const { shopperId: userId } = await requireSession(request);
    const { order: id = '' } = await readForm(request);
    const order = await getOrder({ userId, id });
    if (order) location = orderUrl(order.id);
    const network = countedNetwork(clientIpOf(request));
    if (order && waiting.includes(order.status)) await cancelOrder({ userId, id, network });
    const ended = await getOrder({ userId, id });
    if (ended?.status === 'cancelled') {
      await restoreLines({ userId, lines: ended.lines });
      location = '/cart?restored';
    }
  } catch (error) {
    // The order's page shows its status. Only the cart page can explain that the cart is full.
    if (asAppError(error, requestId).code === 'cart_limit') location = '/cart?problem=limit';
  }
  return new Response(null, { status: 303, headers: { location, 'cache-control': 'no-store' } });
});
