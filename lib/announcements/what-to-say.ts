import type { MailKind } from '#lib/mail/write-mail.ts';
import type { OperatorMailKind } from '#lib/mail/write-operator-mail.ts';
import type { OrderEventKind } from '#lib/orders/change-order.ts';
import type { OrderStatus } from '#lib/orders/schema.ts';

/**
 * What the outside is told of one version of an order. Pure, and a function of the event and of
 * what came after it: announced twice, it says the same or less, never something else.
 */

export interface OrderEvent {
  /** What the order was before; null for its first version. */
  from: OrderStatus | null;
  /** The same as `from` when something happened to the order that left its status as it is. */
  to: OrderStatus;
  kind: OrderEventKind;
  /** Whether a charge of the order was known before it ended: money of one without such a charge came too late. */
  wasCharged: boolean;
  /** Whether its hold went on after the event; an order whose hold was over takes no other card. */
  isHeld: boolean;
  /** What has happened to the order since. */
  since: readonly LaterEvent[];
}

export type LaterEvent = Pick<OrderEvent, 'kind' | 'to'>;

type WebhookType =
  | 'order.placed'
  | 'order.payment_processing'
  | 'order.paid'
  | 'order.payment_declined'
  | 'order.fulfilled'
  | 'order.cancelled'
  | 'order.refunded'
  | 'order.refund_requested'
  | 'order.money_returned'
  | 'order.refund_failed'
  | 'order.disputed'
  | 'order.dispute_closed';

export interface Announcement {
  mail?: MailKind;
  /** To the shop's operator instead. */
  operator?: OperatorMailKind;
  webhook?: WebhookType;
}

export function whatToSay(event: OrderEvent): Announcement {
  const { kind, from, to } = event;
  if (kind !== 'status') return ofMoney(event, kind);
  // Written by a process of the version before: only money that went back left the status as it was.
  return from === to ? ofMoney(event, 'refunded') : ofStatus(event);
}

function ofStatus({ from, to, since, isHeld }: OrderEvent): Announcement {
  // A refund came back: told as that, and not as another end of the order.
  if (from === 'refunded') return {};
  switch (to) {
    case 'placed':
      return { mail: 'confirmation', webhook: 'order.placed' };
    case 'paid':
      return { mail: mailOfPayment(from), webhook: 'order.paid' };
    case 'payment_processing':
      return {
        ...(hasMovedOn(since) ? {} : { mail: 'payment_processing' }),
        webhook: 'order.payment_processing',
      };
    case 'payment_declined':
      // Asks for something to be done, so it is not sent when it has been done already, or can't be done.
      return {
        ...(isHeld && !hasMovedOn(since) ? { mail: 'payment_declined' } : {}),
        webhook: 'order.payment_declined',
      };
    case 'fulfilled':
      return { mail: 'fulfilled', webhook: 'order.fulfilled' };
    case 'cancelled':
      // Most refunds are confirmed within a second: then one email says both. Nothing else says it.
      return {
        ...(from === 'paid' && since.some(isConfirmed) ? {} : { mail: 'cancelled' }),
        webhook: 'order.cancelled',
      };
    case 'refunded':
      return { mail: 'refunded', webhook: 'order.refunded' };
    // On the way to something else, which is told when it is reached.
    case 'payment_pending':
    case 'payment_unknown':
      return {};
  }
}

/** The order is what it was, but something happened to its money. */
function ofMoney(
  { to, since, wasCharged }: OrderEvent,
  kind: Exclude<OrderEventKind, 'status'>,
): Announcement {
  switch (kind) {
    case 'refund_requested':
      return {
        ...(isAnswered(since) ? {} : { mail: 'refund_requested' }),
        webhook: 'order.refund_requested',
      };
    case 'refunded': {
      const isLate = to === 'cancelled' && !wasCharged;
      return { mail: isLate ? 'late_payment_returned' : 'money_returned', webhook: 'order.money_returned' };
    }
    case 'refund_failed':
      return { operator: 'refund_failed', webhook: 'order.refund_failed' };
    case 'dispute_opened':
      return { operator: 'dispute_opened', webhook: 'order.disputed' };
    case 'dispute_closed':
      return { operator: 'dispute_closed', webhook: 'order.dispute_closed' };
  }
}

const hasMovedOn = (since: OrderEvent['since']): boolean => since.some(({ kind }) => kind === 'status');

/** The provider has confirmed that all of it was refunded: an email of its own says so. */
const isConfirmed = ({ kind, to }: LaterEvent): boolean => kind === 'status' && to === 'refunded';

/** The provider has paid or refused a refund since. A request of before promises nothing any more. */
const isAnswered = (since: OrderEvent['since']): boolean =>
  since.some((later) => isConfirmed(later) || later.kind === 'refunded' || later.kind === 'refund_failed');

/** An invoice was confirmed when it was placed; a card order is confirmed by its payment. */
function mailOfPayment(from: OrderStatus | null): MailKind {
  if (from === 'placed') return 'payment_received';
  return from === 'cancelled' ? 'late_payment_taken' : 'confirmation';
}
