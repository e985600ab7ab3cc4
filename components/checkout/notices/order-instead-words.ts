import type { CancellationSource, OrderView } from '#lib/orders/schema.ts';
import { formatMoney } from '#lib/platform/money.ts';

/** The parts of an order that the checkout describes in place of its form. */
export interface ShownOrder
  extends Pick<OrderView, 'id' | 'number' | 'status' | 'currency' | 'totalMinor' | 'payments'> {
  /** Who or what cancelled the order, if known. */
  endedBy?: CancellationSource | undefined;
}

interface Words {
  title: string;
  text: string;
  act: 'look' | 'pay' | 'buy_again';
}

export function wordsFor(order: ShownOrder): Words {
  const { number, status, currency, totalMinor } = order;
  const total = formatMoney(totalMinor, currency);
  switch (status) {
    case 'payment_declined':
      return {
        title: 'Your order is not paid yet',
        text: `Order ${number} is kept for you for a while. ${wasCharged(order) ? 'Its page shows the state of your payment.' : `Its payment of ${total} was declined and nothing was charged.`}`,
        act: 'pay',
      };
    case 'payment_pending':
      return {
        title: 'Your order is not paid yet',
        text: `Order ${number} is kept for you for a while. Its payment of ${total} is not finished.`,
        act: 'pay',
      };
    case 'cancelled':
      return {
        title:
          order.endedBy === 'hold'
            ? `Your order ${number} was not paid in time`
            : `Order ${number} is cancelled`,
        text: `${wasCharged(order) ? 'Its page shows the state of your payment.' : 'Nothing was charged.'} Its items are no longer kept for you.`,
        act: 'buy_again',
      };
    case 'placed':
      return {
        title: 'You already placed this order',
        text: `Order ${number} is placed, once. You pay its invoice of ${total} later, and nothing is left in this cart.`,
        act: 'look',
      };
    case 'paid':
    case 'fulfilled':
      return {
        title: 'You already placed this order',
        text: `Order ${number} is placed, once, and its payment is settled. Nothing is left in this cart, so there is nothing to pay for a second time.`,
        act: 'look',
      };
    case 'refunded':
      return {
        title: `Order ${number} has ended`,
        text: 'Nothing is left in this cart. Its page shows the state of your payment.',
        act: 'buy_again',
      };
    default:
      return {
        title: 'We are confirming your payment',
        text: `Order ${number} is placed, once. You need not do anything, and you will not be charged twice.`,
        act: 'look',
      };
  }
}

/** Whether money was or may have been taken. If so, the page must not say "nothing was charged". */
function wasCharged({ payments }: ShownOrder): boolean {
  const uncharged = ['due', 'declined', 'voided', 'requires_action'];
  return payments.some((payment) => !uncharged.includes(payment.status) || payment.refundedMinor > 0);
}
