import type { EmailKind } from '#lib/notifications/email/write-email.ts';
import type { OperatorEmailKind } from '#lib/notifications/email/write-operator-email.ts';
import type { EventMoney } from '#lib/notifications/money-of.ts';
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
  /** What became of the money that it is about. */
  money: EventMoney;
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

export interface Notifications {
  mail?: EmailKind;
  /** To the shop's operator. */
  operator?: OperatorEmailKind;
  webhook?: WebhookType;
}

export function chooseNotifications(event: OrderEvent): Notifications {
  const { kind, from, to } = event;
  if (kind !== 'status') return ofMoney(event, kind);
  // Written by a process of the version before: only money that went back left the status as it was.
  return from === to ? ofMoney(event, 'refunded') : ofStatus(event);
}

function ofStatus({ from, to, since, isHeld, money }: OrderEvent): Notifications {
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
      return {
        ...(isToldByItsEnd(from, since) ? {} : { mail: 'cancelled' }),
        webhook: 'order.cancelled',
      };
    case 'refunded':
      return { ...(money.isConfirmed ? { mail: 'refunded' } : {}), webhook: 'order.refunded' };
    // On the way to something else, which is told when it is reached.
    case 'payment_pending':
    case 'payment_unknown':
      return {};
  }
}

/** The order is what it was, but something happened to its money. */
function ofMoney({ money }: OrderEvent, kind: Exclude<OrderEventKind, 'status'>): Notifications {
  switch (kind) {
    // What the provider has paid or refused meanwhile has an email of its own.
    case 'refund_requested':
      return {
        ...(money.isPending ? { mail: 'refund_requested' } : {}),
        webhook: 'order.refund_requested',
      };
    case 'refunded':
      return { ...(money.isConfirmed ? { mail: mailOfRefund(money) } : {}), webhook: 'order.money_returned' };
    case 'refund_failed':
      // Not while it is asked for again: the end of that is told.
      return {
        ...(money.isFailed ? { mail: 'refund_failed' } : {}),
        operator: 'refund_failed',
        webhook: 'order.refund_failed',
      };
    case 'dispute_opened':
      return { operator: 'dispute_opened', webhook: 'order.disputed' };
    case 'dispute_closed':
      return { operator: 'dispute_closed', webhook: 'order.dispute_closed' };
  }
}

const hasMovedOn = (since: OrderEvent['since']): boolean => since.some(({ kind }) => kind === 'status');

const statusNow = (since: OrderEvent['since']): OrderStatus | undefined =>
  since.findLast(({ kind }) => kind === 'status')?.to;

/**
 * Most refunds are confirmed within a second: then one email says both. So does the email about a late
 * payment that took the order up again. Nothing else says it.
 */
const isToldByItsEnd = (from: OrderStatus | null, since: OrderEvent['since']): boolean =>
  statusNow(since) === 'refunded' ? from === 'paid' : since.some(isPaid);

const isPaid = ({ kind, to }: LaterEvent): boolean => kind === 'status' && to === 'paid';

const mailOfRefund = ({ isLate }: EventMoney): EmailKind =>
  isLate ? 'late_payment_returned' : 'money_returned';

/** An invoice was confirmed when it was placed; a card order is confirmed by its payment. */
function mailOfPayment(from: OrderStatus | null): EmailKind {
  if (from === 'placed') return 'payment_received';
  return from === 'cancelled' ? 'late_payment_taken' : 'confirmation';
}
