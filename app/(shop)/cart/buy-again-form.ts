import { z } from 'zod';
import { cartForm } from '#app/(shop)/cart/cart-form.ts';
import { canBuyAgain } from '#components/orders/actions/can-buy-again.ts';
import { buyAgain } from '#lib/cart/buy-again.ts';
import { cancelOrder } from '#lib/order-management/cancel-order.ts';
import { getOrder } from '#lib/order-management/get-order.ts';
import { orderUrl } from '#lib/orders/order-request.ts';
import type { OrderStatus, OrderView } from '#lib/orders/schema.ts';
import { AppError } from '#lib/platform/errors.ts';

/** Orders that wait for a payment. They can be cancelled first, so that their items are not held twice. */
const waiting: OrderStatus[] = ['payment_pending', 'payment_declined'];

/**
 * Handles a form that puts the items of one of the shopper's orders into their cart. The cart page says what
 * could not be added. With `cancelsFirst`, an order that waits for its payment is cancelled first. If its items
 * may not be added, its page shows its status.
 */
export const buyAgainForm = ({ cancelsFirst }: { cancelsFirst: boolean }) =>
  cartForm({
    schema: z.object({ order: z.string() }),
    act: async ({ order: id }, { userId, network }) => {
      const order = await getOrder({ userId, id });
      if (!order) return { answer: {}, location: '/orders' };
      const itsPage = { answer: {}, location: orderUrl(order.id) };
      const isReady = cancelsFirst ? await isOver(order, { userId, network }) : canBuyAgain(order.status);
      if (!isReady) return itsPage;
      try {
        return told(await buyAgain({ userId, lines: order.lines }));
      } catch (error) {
        // "Nothing was changed", says the cart of a problem. But the order is cancelled, and its page says that.
        if (cancelsFirst && waiting.includes(order.status) && error instanceof AppError) return itsPage;
        throw error;
      }
    },
  });

function told({ isAdded, short, isOneGone }: Awaited<ReturnType<typeof buyAgain>>) {
  const query = new URLSearchParams({ again: isAdded ? 'some' : 'none' });
  if (short.length > 0) query.set('short', short.join(','));
  if (isOneGone) query.set('gone', '1');
  return { answer: { isAdded, short, isOneGone }, location: `/cart?${query}` };
}

/** Whether an order has been cancelled or refunded, after cancelling it if it waits for its payment. */
async function isOver(
  { id, status }: OrderView,
  by: { userId: string; network: string | undefined },
): Promise<boolean> {
  if (!waiting.includes(status)) return hasEnded(status);
  try {
    await cancelOrder({ id, ...by });
  } catch (error) {
    // Such as a payment that turned out to be under way, or a second press at the same time. The status decides.
    if (!(error instanceof AppError)) throw error;
    if (error.code === 'rate_limited' || error.code === 'unavailable') throw error;
  }
  const after = await getOrder({ userId: by.userId, id });
  return after !== undefined && hasEnded(after.status);
}

/** A cancelled order becomes refunded when the provider has returned what was paid meanwhile. */
const hasEnded = (status: OrderStatus): boolean => status === 'cancelled' || status === 'refunded';
