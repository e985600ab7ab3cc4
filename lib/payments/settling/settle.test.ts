import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CancellationSource, type OrderStatus, orderStatuses } from '#lib/orders/schema.ts';
import type { ChargeStatus } from '#lib/payment-provider/provider.ts';
import { type PaymentStatus, paymentStatuses } from '#lib/payment-provider/statuses.ts';
import { isOpen, isOver } from '#lib/payments/payment-rows.ts';
import { settle } from '#lib/payments/settling/settle.ts';
import type { Finding, SettleInput, Settlement } from '#lib/payments/settling/settlement.ts';

/** An order as `settle` sees it. */
const orderOf = (status: OrderStatus, endedBy: CancellationSource | null = null): SettleInput['order'] => ({
  status,
  endedBy,
  paidAttempt: null,
  fulfilled: status === 'fulfilled',
});

const paymentOf = (attempt: number, status: PaymentStatus) => ({ attempt, status, amountMinor: 100 });

interface State {
  order: SettleInput['order'];
  payments: { attempt: number; status: PaymentStatus; amountMinor: number }[];
  /** Counts of the decisions so far. */
  takenStock: number;
  givenBack: number;
}

/** The statuses of an order that is paid by card. */
const cardOrderStatuses = orderStatuses.filter((status) => status !== 'placed');
const chargeStatuses: ChargeStatus[] = [
  'succeeded',
  'authorized',
  'requires_action',
  'processing',
  'declined',
  'voided',
];

const charge = (status: ChargeStatus): Finding => ({
  ref: 'pi_1',
  status,
  amountMinor: 100,
  currency: 'USD',
});
const saidOf = (finding: Finding) => (typeof finding === 'string' ? finding : finding.status);

const findings: fc.Arbitrary<Finding> = fc.constantFrom<Finding>(
  ...chargeStatuses.map(charge),
  'absent',
  'unknown',
);

/** States that the database allows: at most one live payment, and only the last attempt is live. */
const states: fc.Arbitrary<State> = fc
  .record({
    status: fc.constantFrom(...cardOrderStatuses),
    endedBy: fc.constantFrom<CancellationSource>('shopper', 'provider', 'operator', 'hold'),
    over: fc.array(fc.constantFrom<PaymentStatus>('declined', 'voided', 'returning', 'refunded'), {
      maxLength: 2,
    }),
    last: fc.constantFrom(...paymentStatuses.filter((status) => status !== 'due')),
  })
  .map(({ status, endedBy, over, last }) => ({
    order: orderOf(status, endedBy),
    payments: [...over, last].map((payment, index) => paymentOf(index + 1, payment)),
    takenStock: 0,
    givenBack: 0,
  }));

function apply(state: State, attempt: number, finding: Finding, stockIsThere = true): State {
  const input = { ...state, attempt, finding };
  let settlement: Settlement = settle(input);
  if (settlement.takeStock && !stockIsThere) settlement = settle({ ...input, stockIsGone: true });
  const { payment, order, takeStock, giveBack } = settlement;
  return {
    order: order ? { ...state.order, status: order.to } : state.order,
    payments: state.payments.map((row) =>
      row.attempt === attempt && payment ? { ...row, status: payment } : row,
    ),
    takenStock: state.takenStock + (takeStock ? 1 : 0),
    givenBack: state.givenBack + (giveBack ? 1 : 0),
  };
}

const attemptOf = (state: State, choice: number) => 1 + (choice % state.payments.length);
const runs = { numRuns: 5_000 };

test('settling the same finding twice changes nothing the second time', () => {
  fc.assert(
    fc.property(states, fc.nat(), findings, fc.boolean(), (state, choice, finding, there) => {
      const attempt = attemptOf(state, choice);
      const once = apply(state, attempt, finding, there);
      expect(apply(once, attempt, finding, there)).toEqual(once);
    }),
    runs,
  );
});

test('no order has two live charges, and a payment that is over never waits again', () => {
  fc.assert(
    fc.property(
      states,
      fc.array(fc.tuple(fc.nat(), findings, fc.boolean()), { maxLength: 8 }),
      (state, steps) => {
        let at = state;
        for (const [choice, finding, there] of steps) {
          const before = at;
          at = apply(at, attemptOf(at, choice), finding, there);
          expect(at.payments.filter(({ status }) => !isOver(status)).length).toBeLessThanOrEqual(1);
          for (const [index, { status }] of before.payments.entries()) {
            if (!isOpen(status)) expect(isOpen(at.payments[index]?.status ?? 'created')).toBe(false);
          }
        }
      },
    ),
    runs,
  );
});

test('a finding about one attempt changes no other attempt', () => {
  fc.assert(
    fc.property(states, fc.nat(), findings, (state, choice, finding) => {
      const attempt = attemptOf(state, choice);
      const after = apply(state, attempt, finding);
      expect(after.payments.filter((row) => row.attempt !== attempt)).toEqual(
        state.payments.filter((row) => row.attempt !== attempt),
      );
    }),
    runs,
  );
});

test('an order becomes paid only with a charge, and a charge is kept only for a paid order', () => {
  fc.assert(
    fc.property(states, fc.nat(), findings, fc.boolean(), (state, choice, finding, there) => {
      const attempt = attemptOf(state, choice);
      const after = apply(state, attempt, finding, there);
      const became = after.order.status === 'paid' && state.order.status !== 'paid';
      const charged = saidOf(finding) === 'succeeded' || saidOf(finding) === 'authorized';
      if (became) expect(charged).toBe(true);
      const before = state.payments[attempt - 1]?.status;
      const now = after.payments[attempt - 1]?.status;
      const kept = now !== before && (now === 'succeeded' || now === 'authorized');
      if (kept)
        expect(['paid', 'fulfilled', ...(before === 'authorized' ? cardOrderStatuses : [])]).toContain(
          after.order.status,
        );
    }),
    runs,
  );
});

test('a fulfilled or refunded order keeps its status', () => {
  fc.assert(
    fc.property(states, fc.nat(), findings, (state, choice, finding) => {
      fc.pre(['fulfilled', 'refunded'].includes(state.order.status));
      expect(apply(state, attemptOf(state, choice), finding).order.status).toBe(state.order.status);
    }),
    runs,
  );
});

/** The histories that a charge can really have, in the provider's time. */
const histories: ChargeStatus[][] = [
  ['succeeded'],
  ['declined'],
  ['authorized', 'succeeded'],
  ['requires_action', 'succeeded'],
  ['requires_action', 'declined'],
  ['requires_action', 'authorized', 'succeeded'],
  ['requires_action', 'voided'],
  ['processing', 'succeeded'],
  ['processing', 'declined'],
  ['requires_action', 'processing', 'succeeded'],
];

test('the last look at a charge decides the outcome, however many looks came before', () => {
  const looks = fc.constantFrom(...histories).chain((history) =>
    fc.record({
      history: fc.constant(history),
      // Each look sees the charge at one point of its history. The looks are in the order of these points.
      times: fc.array(fc.nat(history.length - 1), { maxLength: 10 }).map((times) => times.toSorted()),
      silences: fc.array(fc.nat(10), { maxLength: 3 }),
    }),
  );
  fc.assert(
    fc.property(looks, ({ history, times, silences }) => {
      const fresh: State = {
        order: orderOf('payment_pending'),
        payments: [paymentOf(1, 'created')],
        takenStock: 0,
        givenBack: 0,
      };
      const last = charge(history.at(-1) as ChargeStatus);
      const seen: Finding[] = times.map((time) => charge(history[time] as ChargeStatus));
      for (const at of silences) seen.splice(at, 0, 'unknown');
      const direct = apply(fresh, 1, last);
      const winding = [...seen, last].reduce((state, finding) => apply(state, 1, finding), fresh);
      expect({ ...winding, order: winding.order.status }).toEqual({ ...direct, order: direct.order.status });
    }),
    runs,
  );
});

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
