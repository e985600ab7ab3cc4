import type { EmailKind } from '#lib/notifications/email/write-email.ts';
import type { OperatorEmailKind } from '#lib/notifications/email/write-operator-email.ts';
import type { EventMoney } from '#lib/notifications/money-of.ts';
import type { OrderEventKind } from '#lib/orders/change-order.ts';
import type { OrderStatus } from '#lib/orders/schema.ts';

/**
 * Chooses the emails and the webhook for one version of an order. Pure, and a function of the event and of
 * the later events. When the same event is processed again, it chooses the same notifications or fewer,
 * never different ones.
 */

export interface OrderEvent {
  /** The status before the event; null for the first version. */
  from: OrderStatus | null;
  /** Equal to `from` when the event did not change the status. */
  to: OrderStatus;
  kind: OrderEventKind;
  /** The current state of the event's money. */
  money: EventMoney;
  /** Whether the hold continued after the event. An order whose hold is over accepts no other card. */
  isHeld: boolean;
  /** The later events of the order. */
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
  /** The email to the shop's operator. */
  operator?: OperatorEmailKind;
  webhook?: WebhookType;
}

export function chooseNotifications(event: OrderEvent): Notifications {
  const { kind, from, to } = event;
  if (kind !== 'status') return ofMoney(event, kind);
  // Written by a process of the previous version, where only a refund left the status unchanged.
  return from === to ? ofMoney(event, 'refunded') : ofStatus(event);
}

function ofStatus({ from, to, since, isHeld, money }: OrderEvent): Notifications {
  // A refund failed after all. `refund_failed` reports that; the new status is not reported as another end
  // of the order.
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
      // The email asks the shopper to act, so it is not sent when the order has moved on or its hold is
      // over.
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
    // Intermediate statuses; the next status is reported.
    case 'payment_pending':
    case 'payment_unknown':
      return {};
  }
}

/** The status is unchanged, but something happened to the order's money. */
function ofMoney({ money }: OrderEvent, kind: Exclude<OrderEventKind, 'status'>): Notifications {
  switch (kind) {
    // A refund that the provider has already paid or refused has an email of its own.
    case 'refund_requested':
      return {
        ...(money.isPending ? { mail: 'refund_requested' } : {}),
        webhook: 'order.refund_requested',
      };
    case 'refunded':
      return { ...(money.isConfirmed ? { mail: mailOfRefund(money) } : {}), webhook: 'order.money_returned' };
    case 'refund_failed':
      // Not while the refund is requested again: its outcome will be reported.
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
 * Most refunds are confirmed within a second. Then one email reports both the cancellation and the refund.
 * The same applies to the email about a late payment that reopened the order. No other later event reports
 * the cancellation.
 */
const isToldByItsEnd = (from: OrderStatus | null, since: OrderEvent['since']): boolean =>
  statusNow(since) === 'refunded' ? from === 'paid' : since.some(isPaid);

const isPaid = ({ kind, to }: LaterEvent): boolean => kind === 'status' && to === 'paid';

const mailOfRefund = ({ isLate }: EventMoney): EmailKind =>
  isLate ? 'late_payment_returned' : 'money_returned';

/** An invoice order is confirmed when it is placed; a card order is confirmed by its payment. */
function mailOfPayment(from: OrderStatus | null): EmailKind {
  if (from === 'placed') return 'payment_received';
  return from === 'cancelled' ? 'late_payment_taken' : 'confirmation';
}
