import { describe, expect, test } from 'vitest';
import type { OrderStatus } from '#lib/orders/schema.ts';
import { chooseNotifications, type OrderEvent } from './choose-notifications.ts';

const changed = (from: OrderStatus | null, to: OrderStatus): OrderEvent => ({
  from,
  to,
  kind: 'status',
  money: { attempt: 1, isPending: true, isConfirmed: true, isLate: false, isFailed: false },
  isHeld: true,
  since: [],
});

/** An event about the money of an order, whose status stays the same. */
const money = (kind: OrderEvent['kind'], to: OrderStatus, more: Partial<OrderEvent> = {}): OrderEvent => ({
  ...changed(to, to),
  kind,
  ...more,
});

/** The same, with a given state of the money. */
const about = (kind: OrderEvent['kind'], to: OrderStatus, more: Partial<OrderEvent['money']>): OrderEvent => {
  const event = money(kind, to);
  return { ...event, money: { ...event.money, ...more } };
};

describe('chooseNotifications', () => {
  test.each([
    [null, 'placed', 'confirmation', 'order.placed'],
    ['payment_pending', 'paid', 'confirmation', 'order.paid'],
    ['payment_unknown', 'paid', 'confirmation', 'order.paid'],
    ['placed', 'paid', 'payment_received', 'order.paid'],
    ['cancelled', 'paid', 'late_payment_taken', 'order.paid'],
    ['payment_pending', 'payment_declined', 'payment_declined', 'order.payment_declined'],
    ['paid', 'payment_declined', 'payment_declined', 'order.payment_declined'],
    ['paid', 'fulfilled', 'fulfilled', 'order.fulfilled'],
    ['payment_declined', 'cancelled', 'cancelled', 'order.cancelled'],
    ['paid', 'refunded', 'refunded', 'order.refunded'],
    ['cancelled', 'refunded', 'refunded', 'order.refunded'],
    ['paid', 'cancelled', 'cancelled', 'order.cancelled'],
    ['payment_pending', 'payment_processing', 'payment_processing', 'order.payment_processing'],
    ['payment_processing', 'paid', 'confirmation', 'order.paid'],
  ] as const)('a change from %s to %s sends the email %s and the webhook %s', (from, to, mail, webhook) => {
    expect(chooseNotifications(changed(from, to))).toEqual({ mail, webhook });
  });

  test('an order that waits for its payment sends no notification', () => {
    expect(chooseNotifications(changed(null, 'payment_pending'))).toEqual({});
    expect(chooseNotifications(changed('payment_pending', 'payment_unknown'))).toEqual({});
  });

  test.each([
    ['the order has moved on meanwhile', { since: [{ kind: 'status', to: 'paid' } as const] }],
    ['its hold is over', { isHeld: false }],
  ])('the shopper is not asked for another card when %s', (_, now) => {
    expect(chooseNotifications({ ...changed('payment_pending', 'payment_declined'), ...now })).toEqual({
      webhook: 'order.payment_declined',
    });
  });

  test('a confirmed refund sends an email, and the refund of a late charge sends one of its own', () => {
    const webhook = 'order.money_returned';
    expect(chooseNotifications(money('refunded', 'paid'))).toEqual({ mail: 'money_returned', webhook });
    expect(chooseNotifications(money('refunded', 'fulfilled'))).toEqual({ mail: 'money_returned', webhook });
    expect(chooseNotifications(money('refunded', 'cancelled'))).toEqual({ mail: 'money_returned', webhook });
    expect(chooseNotifications(about('refunded', 'cancelled', { isLate: true }))).toEqual({
      mail: 'late_payment_returned',
      webhook,
    });
  });

  test('a requested refund sends an email only while it is neither paid nor refused', () => {
    const webhook = 'order.refund_requested';
    expect(chooseNotifications(money('refund_requested', 'paid'))).toEqual({
      mail: 'refund_requested',
      webhook,
    });
    expect(chooseNotifications(about('refund_requested', 'paid', { isPending: false }))).toEqual({ webhook });
    // What broke, found by an attacker: after another refund of the order had failed, no email reported this
    // one.
    const since = [{ kind: 'refund_failed', to: 'paid' }] as const;
    expect(chooseNotifications(money('refund_requested', 'paid', { since }))).toEqual({
      mail: 'refund_requested',
      webhook,
    });
  });

  test('a cancellation whose refund is already confirmed is reported by the refund’s email', () => {
    const confirmed = { since: [{ kind: 'status', to: 'refunded' }] } as const;
    expect(chooseNotifications({ ...changed('paid', 'cancelled'), ...confirmed })).toEqual({
      webhook: 'order.cancelled',
    });
    expect(chooseNotifications({ ...changed('payment_declined', 'cancelled'), ...confirmed })).toMatchObject({
      mail: 'cancelled',
    });
    const cameBack = [...confirmed.since, { kind: 'status', to: 'cancelled' }] as const;
    expect(chooseNotifications({ ...changed('paid', 'cancelled'), since: cameBack })).toMatchObject({
      mail: 'cancelled',
    });
  });

  test('a refund that is no longer confirmed sends no email about a refund', () => {
    expect(chooseNotifications(about('refunded', 'paid', { isConfirmed: false }))).toEqual({
      webhook: 'order.money_returned',
    });
    const undone = {
      ...changed('paid', 'refunded'),
      money: about('status', 'paid', { isConfirmed: false }).money,
    };
    expect(chooseNotifications(undone)).toEqual({ webhook: 'order.refunded' });
  });

  // What broke: any event after a cancellation counted as its confirmed refund, and no email said
  // "cancelled".
  test.each(['refund_failed', 'dispute_opened', 'refunded'] as const)(
    'a cancellation sends an email even if %s followed it',
    (kind) => {
      const since = [{ kind, to: 'cancelled' }] as const;
      expect(chooseNotifications({ ...changed('paid', 'cancelled'), since })).toMatchObject({
        mail: 'cancelled',
      });
    },
  );

  test('a later event about money does not suppress the email about the event before it', () => {
    const refunded = { since: [{ kind: 'refunded', to: 'payment_declined' }] } as const;
    expect(
      chooseNotifications({ ...changed('payment_pending', 'payment_declined'), ...refunded }),
    ).toMatchObject({
      mail: 'payment_declined',
    });
    const requested = { since: [{ kind: 'dispute_opened', to: 'paid' }] } as const;
    expect(chooseNotifications(money('refund_requested', 'paid', requested))).toMatchObject({
      mail: 'refund_requested',
    });
  });

  test('a dispute goes to the operator; a failed refund also to the shopper, unless it is requested again', () => {
    expect(chooseNotifications(about('refund_failed', 'fulfilled', { isFailed: true }))).toEqual({
      mail: 'refund_failed',
      operator: 'refund_failed',
      webhook: 'order.refund_failed',
    });
    expect(chooseNotifications(money('refund_failed', 'cancelled'))).toEqual({
      operator: 'refund_failed',
      webhook: 'order.refund_failed',
    });
    expect(chooseNotifications(money('dispute_opened', 'paid'))).toEqual({
      operator: 'dispute_opened',
      webhook: 'order.disputed',
    });
    expect(chooseNotifications(money('dispute_closed', 'paid'))).toEqual({
      operator: 'dispute_closed',
      webhook: 'order.dispute_closed',
    });
    // The refund failed: the order is not reported as cancelled or fulfilled again.
    expect(chooseNotifications(changed('refunded', 'cancelled'))).toEqual({});
    expect(chooseNotifications(changed('refunded', 'fulfilled'))).toEqual({});
  });
});
