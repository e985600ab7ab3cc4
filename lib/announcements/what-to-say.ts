import type { MailKind } from '#lib/mail/write-mail.ts';
import type { OrderStatus } from '#lib/orders/schema.ts';

/**
 * What the outside is told of one version of an order. Pure, and a function of the event and of
 * whether it is still the last one: announced twice, it says the same or less, never something else.
 */

export interface OrderEvent {
  /** What the order was before; null for its first version. */
  from: OrderStatus | null;
  /** The same as `from` when something happened to the order that left its status as it is. */
  to: OrderStatus;
  /** Whether nothing has happened to the order since. */
  latest: boolean;
}

type WebhookType =
  | 'order.placed'
  | 'order.paid'
  | 'order.payment_declined'
  | 'order.fulfilled'
  | 'order.cancelled'
  | 'order.refunded'
  | 'order.money_returned';

export interface Announcement {
  mail?: MailKind;
  webhook?: WebhookType;
}

export function whatToSay({ from, to, latest }: OrderEvent): Announcement {
  if (from === to) return moneyReturned(to);
  switch (to) {
    case 'placed':
      return { mail: 'confirmation', webhook: 'order.placed' };
    case 'paid':
      return { mail: mailOfPayment(from), webhook: 'order.paid' };
    case 'payment_declined':
      // Asks for something to be done, so it is not sent when it has been done already.
      return { ...(latest ? { mail: 'payment_declined' } : {}), webhook: 'order.payment_declined' };
    case 'fulfilled':
      return { mail: 'fulfilled', webhook: 'order.fulfilled' };
    case 'cancelled':
      return { mail: 'cancelled', webhook: 'order.cancelled' };
    case 'refunded':
      return { mail: 'refunded', webhook: 'order.refunded' };
    // On the way to something else, which is told when it is reached.
    case 'payment_pending':
    case 'payment_unknown':
      return {};
  }
}

/** The order is what it was, but money went back: a part of it, or a charge that came too late. */
function moneyReturned(status: OrderStatus): Announcement {
  return {
    mail: status === 'cancelled' ? 'late_payment_returned' : 'money_returned',
    webhook: 'order.money_returned',
  };
}

/** An invoice was confirmed when it was placed; a card order is confirmed by its payment. */
function mailOfPayment(from: OrderStatus | null): MailKind {
  if (from === 'placed') return 'payment_received';
  return from === 'cancelled' ? 'late_payment_taken' : 'confirmation';
}
