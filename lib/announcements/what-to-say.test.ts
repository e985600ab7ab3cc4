import { describe, expect, test } from 'vitest';
import { whatToSay } from './what-to-say.ts';

describe('whatToSay', () => {
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
    ['paid', 'paid', 'money_returned', 'order.money_returned'],
    ['fulfilled', 'fulfilled', 'money_returned', 'order.money_returned'],
    ['cancelled', 'cancelled', 'late_payment_returned', 'order.money_returned'],
  ] as const)('from %s to %s: mail %s, webhook %s', (from, to, mail, webhook) => {
    expect(whatToSay({ from, to, latest: true })).toEqual({ mail, webhook });
  });

  test('an order that waits for its payment is nobody else’s business', () => {
    expect(whatToSay({ from: null, to: 'payment_pending', latest: true })).toEqual({});
    expect(whatToSay({ from: 'payment_pending', to: 'payment_unknown', latest: true })).toEqual({});
  });

  test('nobody is asked for another card when the order has gone on meanwhile', () => {
    expect(whatToSay({ from: 'payment_pending', to: 'payment_declined', latest: false })).toEqual({
      webhook: 'order.payment_declined',
    });
  });
});
