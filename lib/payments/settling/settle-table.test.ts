import { expect, test } from 'vitest';
import type { CancellationSource, OrderStatus } from '#lib/orders/schema.ts';
import type { PaymentStatus } from '#lib/payment-provider/statuses.ts';
import { settle } from '#lib/payments/settling/settle.ts';
import { apply, charge, orderOf, paymentOf, type State } from '#lib/payments/settling/settle-samples.ts';
import type { Finding, SettleInput, Settlement } from '#lib/payments/settling/settlement.ts';

/** What `settle` decides, case by case. */

const cancelledBy = (endedBy: CancellationSource): State => ({
  order: orderOf('cancelled', endedBy),
  payments: [paymentOf(1, 'declined')],
  takenStock: 0,
  givenBack: 0,
});

test('a charge after the hold takes the stock again and pays the order', () => {
  const after = apply(cancelledBy('hold'), 1, charge('succeeded'));
  expect(after).toMatchObject({
    order: { status: 'paid' },
    payments: [{ status: 'succeeded' }],
    takenStock: 1,
  });
});

test('a charge after the hold is refunded when the stock is gone', () => {
  const after = apply(cancelledBy('hold'), 1, charge('succeeded'), false);
  expect(after).toMatchObject({
    order: { status: 'cancelled' },
    payments: [{ status: 'returning' }],
    takenStock: 0,
    givenBack: 1,
  });
});

test('a charge after the shopper cancelled the order is refunded', () => {
  const after = apply(cancelledBy('shopper'), 1, charge('succeeded'));
  expect(after).toMatchObject({
    order: { status: 'cancelled' },
    payments: [{ status: 'returning' }],
    givenBack: 1,
  });
});

test('a charge for an attempt that was over is refunded when another attempt pays', () => {
  const paid: State = {
    order: orderOf('paid'),
    payments: [paymentOf(1, 'declined'), paymentOf(2, 'succeeded')],
    takenStock: 0,
    givenBack: 0,
  };
  const after = apply(paid, 1, charge('succeeded'));
  expect(after).toMatchObject({
    order: { status: 'paid' },
    payments: [{ status: 'returning' }, { status: 'succeeded' }],
    givenBack: 1,
  });
});

type Row = [payment: PaymentStatus, said: Finding, order: OrderStatus, settlement: Settlement];

const paid = (payment: 'succeeded' | 'authorized', reason: string): Settlement => ({
  payment,
  order: { to: 'paid', reason },
  accepts: true,
});

const refusedAs = (reason: string): Settlement => ({
  payment: 'declined',
  order: { to: 'payment_declined', reason },
});

/** Every finding about an open payment, and the result for the payment and its order. */
const ofOpenOnes: Row[] = (['created', 'requires_action', 'processing', 'unknown'] as const).flatMap(
  (status): Row[] => [
    ...(['payment_pending', 'payment_unknown', 'payment_declined'] as const).flatMap((order): Row[] => [
      [status, charge('succeeded'), order, paid('succeeded', 'the card was charged')],
      [status, charge('authorized'), order, paid('authorized', 'the amount is reserved on the card')],
    ]),
    ...(['payment_pending', 'payment_unknown', 'payment_declined'] as const).map(
      (order): Row => [
        status,
        charge('processing'),
        order,
        {
          payment: 'processing',
          order: { to: 'payment_processing', reason: 'the bank processes the payment' },
          accepts: true,
        },
      ],
    ),
    [status, charge('processing'), 'payment_processing', { payment: 'processing', accepts: true }],
    [status, charge('declined'), 'payment_processing', refusedAs('the charge was declined')],
    [status, charge('requires_action'), 'payment_pending', { payment: 'requires_action', accepts: true }],
    [
      status,
      charge('requires_action'),
      'payment_unknown',
      {
        payment: 'requires_action',
        order: { to: 'payment_pending', reason: 'the bank asks the shopper to confirm' },
        accepts: true,
      },
    ],
    ...(['payment_pending', 'payment_unknown'] as const).flatMap((order): Row[] => [
      [status, charge('declined'), order, refusedAs('the charge was declined')],
      [status, charge('voided'), order, refusedAs('the charge was cancelled')],
      [status, 'absent', order, refusedAs('the provider knows of no charge')],
    ]),
    // The order already waits for another card, or has ended.
    [status, charge('declined'), 'payment_declined', { payment: 'declined' }],
    [status, 'absent', 'cancelled', { payment: 'declined' }],
  ],
);

const table: Row[] = [
  ...ofOpenOnes,
  [
    'created',
    'unknown',
    'payment_pending',
    {
      payment: 'unknown',
      order: { to: 'payment_unknown', reason: 'the provider gave no answer' },
      accepts: true,
    },
  ],
  ['created', 'unknown', 'payment_unknown', { payment: 'unknown', accepts: true }],
  // No answer about a payment that waits at the bank or is already unknown changes nothing.
  ['requires_action', 'unknown', 'payment_pending', {}],
  ['unknown', 'unknown', 'payment_unknown', {}],
  ['processing', 'unknown', 'payment_processing', {}],
  // Authorised money.
  ['authorized', charge('succeeded'), 'paid', { payment: 'succeeded' }],
  ['authorized', charge('succeeded'), 'fulfilled', { payment: 'succeeded' }],
  [
    'authorized',
    charge('voided'),
    'paid',
    { payment: 'voided', order: { to: 'payment_declined', reason: 'the authorisation expired' } },
  ],
  ['authorized', charge('voided'), 'fulfilled', { payment: 'voided' }],
  ['authorized', charge('processing'), 'paid', {}],
  ['authorized', 'absent', 'paid', {}],
  // Only a charge reopens a payment that is over. A refunded payment is never reopened.
  ['declined', charge('succeeded'), 'payment_declined', paid('succeeded', 'the card was charged')],
  [
    'voided',
    charge('authorized'),
    'payment_declined',
    paid('authorized', 'the amount is reserved on the card'),
  ],
  ['declined', charge('declined'), 'payment_declined', {}],
  ['declined', charge('requires_action'), 'payment_declined', {}],
  ['voided', 'absent', 'payment_declined', {}],
  ['refunded', charge('succeeded'), 'payment_declined', {}],
  ['refunded', charge('authorized'), 'cancelled', {}],
  ['succeeded', charge('succeeded'), 'paid', {}],
  ['succeeded', charge('voided'), 'paid', {}],
];

test.each(table)('%s payment, finding %j, %s order', (status, finding, order, expected) => {
  const input = { order: orderOf(order, 'shopper'), attempt: 1, finding };
  // Together with another attempt that is over, which changes nothing.
  const payments = [paymentOf(1, status), paymentOf(2, 'declined')];
  // A settlement may name the status that the payment already has, such as `processing`.
  const { payment = status, ...rest } = settle({ ...input, payments });
  expect({ payment, ...rest }).toEqual({ payment: status, ...expected });
});

test('a finding about an unknown attempt changes nothing', () => {
  const order = orderOf('payment_pending');
  const payments = [paymentOf(1, 'created')];
  expect(settle({ order, payments, attempt: 2, finding: charge('succeeded') })).toEqual({});
});

test('a late charge that no order can use is refunded with a reason', () => {
  const reasonFor = (
    state: Pick<State, 'order' | 'payments'>,
    obstacle: Pick<SettleInput, 'isTooLate' | 'stockIsGone'> = {},
  ) => {
    const settlement = settle({ ...state, attempt: 1, finding: charge('succeeded'), ...obstacle });
    const reason = expect.any(String);
    expect(settlement).toEqual({
      payment: 'returning',
      giveBack: { reason, amountMinor: 100 },
      news: [{ kind: 'refund_requested', reason, amountMinor: 100 }],
    });
    return settlement.giveBack?.reason;
  };
  const declined = paymentOf(1, 'declined');
  const ordered = (status: OrderStatus, endedBy: CancellationSource = 'shopper') => ({
    order: orderOf(status, endedBy),
    payments: [declined],
  });
  const why = 'a late charge is returned:';
  expect(reasonFor(ordered('fulfilled'))).toBe(`${why} the order is fulfilled already`);
  expect(reasonFor(ordered('cancelled'))).toBe(`${why} the order had been cancelled`);
  expect(reasonFor(ordered('cancelled', 'hold'), { stockIsGone: true })).toBe(
    `${why} the order had been cancelled, and its items have sold out since`,
  );
  expect(reasonFor(ordered('cancelled', 'hold'), { isTooLate: true })).toBe(
    `${why} the order had been cancelled more than a day before`,
  );
  for (const status of ['created', 'succeeded'] as const) {
    const payments = [declined, paymentOf(2, status)];
    expect(reasonFor({ order: orderOf('payment_pending'), payments })).toBe(
      `${why} another attempt is there to pay the order`,
    );
  }
});

test('the charge that pays an order is not taken for a late one', () => {
  for (const status of ['paid', 'fulfilled'] as const) {
    const order = { ...orderOf(status), paidAttempt: 1 };
    const payments = [paymentOf(1, 'declined'), paymentOf(2, 'declined')];
    const settled = (attempt: number) =>
      settle({ order, payments, attempt, finding: charge('succeeded') }).payment;
    expect([settled(1), settled(2)]).toEqual(['succeeded', 'returning']);
  }
});

test('a charge after the hold records that the stock was still available', () => {
  const order = orderOf('cancelled', 'hold');
  const payments = [paymentOf(1, 'declined')];
  expect(settle({ order, payments, attempt: 1, finding: charge('authorized') })).toEqual({
    payment: 'authorized',
    order: {
      to: 'paid',
      reason: 'the amount is reserved on the card after its hold was over; its stock was still available',
    },
    takeStock: true,
    accepts: true,
  });
});
