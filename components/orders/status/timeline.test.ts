import { expect, test } from 'vitest';
import { type OrderDays, timelineOf } from '#components/orders/status/timeline.ts';
import type { MoneyFacts } from '#lib/orders/money/order-money.ts';
import { orderMoney, paymentFacts } from '#lib/orders/money/order-money-samples.ts';

const card = (more: Parameters<typeof paymentFacts>[0] = {}) =>
  paymentFacts({ capturedMinor: 4_599, ...more });
const invoice = paymentFacts({ method: 'invoice', status: 'due' });

/** Each step as `state label, day, note`. */
function stepsOf(facts: Partial<MoneyFacts>, days: Partial<OrderDays> = {}, arrival?: string): string[] {
  return timelineOf(orderMoney(facts), { placed: 'Monday', ...days }, arrival).map(
    ({ state, label, day, note }) => `${state} ${[label, day, note].filter(Boolean).join(', ')}`,
  );
}

test('a paid order is placed, paid, and packed next', () => {
  expect(stepsOf({ status: 'paid', payments: [card()], paidAttempt: 1 }, { paid: 'Tuesday' }, 'Fri')).toEqual(
    ['done Placed, Monday', 'done Paid, Tuesday', 'next Packed and sent, Estimated delivery Fri'],
  );
});

test.each([
  ['payment_pending', 'created', 'Payment under way'],
  ['payment_processing', 'processing', 'Payment processing'],
  ['payment_unknown', 'unknown', 'Confirming payment'],
  ['payment_declined', 'declined', 'Payment declined'],
] as const)('an order that is %s stops at its payment', (status, payment, label) => {
  expect(stepsOf({ status, payments: [card({ status: payment, capturedMinor: 0 })] })).toEqual([
    'done Placed, Monday',
    `stopped ${label}`,
    'next Packed and sent',
  ]);
});

test('an invoice has a step for its payment only once it is paid', () => {
  expect(stepsOf({ status: 'placed', payments: [invoice] })).toEqual([
    'done Placed, Monday',
    'next Packed and sent',
  ]);
  expect(stepsOf({ status: 'fulfilled', payments: [invoice] }, { sent: 'Friday' })).toEqual([
    'done Placed, Monday',
    'done Packed and sent, Friday',
  ]);
  expect(stepsOf({ status: 'paid', payments: [invoice] }, { paid: 'Friday' })).toContain('done Paid, Friday');
});

test('an order that was cancelled before it was paid has no payment', () => {
  const payments = [card({ status: 'voided', capturedMinor: 0 })];
  expect(stepsOf({ status: 'cancelled', payments }, { cancelled: 'Tuesday' })).toEqual([
    'done Placed, Monday',
    'stopped Cancelled, Tuesday',
  ]);
});

test('a refund is a step of its own, after the cancellation', () => {
  const back = { status: 'refunded', paidAttempt: 1 } as const;
  const refunded = card({ status: 'refunded', refundedMinor: 4_599 });
  expect(stepsOf({ ...back, payments: [refunded] }, { paid: 'Tuesday', cancelled: 'Friday' })).toEqual([
    'done Placed, Monday',
    'done Paid, Tuesday',
    'done Cancelled, Friday',
    'stopped Refunded',
  ]);
});

test('an amount that was only reserved is released, not refunded', () => {
  const back = { status: 'refunded', paidAttempt: 1 } as const;
  const released = card({ status: 'refunded', capturedMinor: 0, refundedMinor: 4_599 });
  expect(stepsOf({ ...back, payments: [released] }, { paid: 'Tuesday' })).toEqual([
    'done Placed, Monday',
    'done Payment reserved, Tuesday',
    'stopped Released',
  ]);
});

test('a disputed order is on hold', () => {
  const paid = { status: 'paid', paidAttempt: 1 } as const;
  for (const payment of [card({ isDisputed: true }), card({ lostMinor: 4_599 })]) {
    expect(stepsOf({ ...paid, payments: [payment] }, { paid: 'Tuesday' })).toContain(
      'next Packed and sent, On hold',
    );
  }
});

test('a sent order that was refunded later was sent all the same', () => {
  const payments = [card({ status: 'refunded', refundedMinor: 4_599 })];
  const days = { paid: 'Tuesday', sent: 'Friday' };
  expect(stepsOf({ status: 'refunded', paidAttempt: 1, payments }, days)).toEqual([
    'done Placed, Monday',
    'done Paid, Tuesday',
    'done Packed and sent, Friday',
    'stopped Refunded',
  ]);
});
