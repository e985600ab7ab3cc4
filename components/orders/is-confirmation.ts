import type { ShownOrderView } from '#components/orders/order-view.ts';
import { isDisputed } from '#lib/orders/money/money-sentences.ts';

/**
 * Whether an order's page confirms a purchase just made. Its heading then says when the order arrives, and no
 * other part of the page says it again.
 */
export function isConfirmation({ order: { status }, own, isRecent, facts }: ShownOrderView): boolean {
  const isInEffect = status === 'placed' || status === 'payment_processing' || status === 'paid';
  return own && isRecent && isInEffect && !isDisputed(facts);
}
