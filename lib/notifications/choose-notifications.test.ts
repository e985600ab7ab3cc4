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

/** Something about the money of an order that stays what it is. */
const money = (kind: OrderEvent['kind'], to: OrderStatus, more: Partial<OrderEvent> = {}): OrderEvent => ({
  ...changed(to, to),
  kind,
  ...more,
});

/** The same, and what became of the money. */
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
  ] as const)('from %s to %s: mail %s, webhook %s', (from, to, mail, webhook) => {
    expect(chooseNotifications(changed(from, to))).toEqual({ mail, webhook });
  });

  test('an order that waits for its payment is nobody else’s business', () => {
    expect(chooseNotifications(changed(null, 'payment_pending'))).toEqual({});
    expect(chooseNotifications(changed('payment_pending', 'payment_unknown'))).toEqual({});
  });

  test.each([
    ['the order has gone on meanwhile', { since: [{ kind: 'status', to: 'paid' } as const] }],
    ['its hold is over', { isHeld: false }],
  ])('the shopper is not asked for another card when %s', (_, now) => {
    expect(chooseNotifications({ ...changed('payment_pending', 'payment_declined'), ...now })).toEqual({
      webhook: 'order.payment_declined',
    });
  });

  test('money of an order that was refunded is told, and a charge that came too late as that', () => {
    const webhook = 'order.money_returned';
    expect(chooseNotifications(money('refunded', 'paid'))).toEqual({ mail: 'money_returned', webhook });
    expect(chooseNotifications(money('refunded', 'fulfilled'))).toEqual({ mail: 'money_returned', webhook });
    expect(chooseNotifications(money('refunded', 'cancelled'))).toEqual({ mail: 'money_returned', webhook });
    expect(chooseNotifications(about('refunded', 'cancelled', { isLate: true }))).toEqual({
      mail: 'late_payment_returned',
      webhook,
    });
  });

  test('a request for a refund is told by email while that refund is neither paid nor refused', () => {
    const webhook = 'order.refund_requested';
    expect(chooseNotifications(money('refund_requested', 'paid'))).toEqual({
      mail: 'refund_requested',
      webhook,
    });
    expect(chooseNotifications(about('refund_requested', 'paid', { isPending: false }))).toEqual({ webhook });
    // What broke, found by an attacker: another refund of the order had failed, and no email told of this one.
    const since = [{ kind: 'refund_failed', to: 'paid' }] as const;
    expect(chooseNotifications(money('refund_requested', 'paid', { since }))).toEqual({
      mail: 'refund_requested',
      webhook,
    });
  });

  test('a cancellation whose refund is confirmed by now is told by the email about that', () => {
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

  test('what is not confirmed any more is not told as refunded', () => {
    expect(chooseNotifications(about('refunded', 'paid', { isConfirmed: false }))).toEqual({
      webhook: 'order.money_returned',
    });
    const undone = {
      ...changed('paid', 'refunded'),
      money: about('status', 'paid', { isConfirmed: false }).money,
    };
    expect(chooseNotifications(undone)).toEqual({ webhook: 'order.refunded' });
  });

  // What broke: whatever came after a cancellation was taken for its confirmed refund, and no email said "cancelled".
  test.each(['refund_failed', 'dispute_opened', 'refunded'] as const)(
    'a cancellation is told by email although %s came after it',
    (kind) => {
      const since = [{ kind, to: 'cancelled' }] as const;
      expect(chooseNotifications({ ...changed('paid', 'cancelled'), since })).toMatchObject({
        mail: 'cancelled',
      });
    },
  );

  test('news of its money leave an order that waits for another card or for its bank what it is', () => {
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

  test('a dispute is the operator’s, and a refund that failed is the shopper’s, too, until it is asked for again', () => {
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
    // It was refunded and is not any more: neither cancelled nor fulfilled anew.
    expect(chooseNotifications(changed('refunded', 'cancelled'))).toEqual({});
    expect(chooseNotifications(changed('refunded', 'fulfilled'))).toEqual({});
  });
});
