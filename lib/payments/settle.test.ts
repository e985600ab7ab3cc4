import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type OrderStatus, orderStatuses, type PaymentStatus, paymentStatuses } from '#lib/orders/schema.ts';
import { isOpen, isOver } from '#lib/payments/payment-rows.ts';
import type { ChargeStatus } from '#lib/payments/provider.ts';
import { type Finding, holdsActor, type Settlement, settle } from '#lib/payments/settle.ts';

interface State {
  order: { status: OrderStatus; lastActor: string };
  payments: { attempt: number; status: PaymentStatus }[];
  /** What was decided on the way. */
  takenStock: number;
  givenBack: number;
}

/** Of an order that is paid by card. */
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

/** States that the database allows: one live payment at most, and only the last attempt lives. */
const states: fc.Arbitrary<State> = fc
  .record({
    status: fc.constantFrom(...cardOrderStatuses),
    lastActor: fc.constantFrom('shopper', 'provider', holdsActor),
    over: fc.array(fc.constantFrom<PaymentStatus>('declined', 'voided', 'refunded'), { maxLength: 2 }),
    last: fc.constantFrom(...paymentStatuses.filter((status) => status !== 'due')),
  })
  .map(({ status, lastActor, over, last }) => ({
    order: { status, lastActor },
    payments: [...over, last].map((payment, index) => ({ attempt: index + 1, status: payment })),
    takenStock: 0,
    givenBack: 0,
  }));

function apply(state: State, attempt: number, finding: Finding, stockIsThere = true): State {
  const input = { ...state, attempt, finding };
  let settlement: Settlement = settle(input);
  if (settlement.takeStock && !stockIsThere) settlement = settle({ ...input, stockIsGone: true });
  const { payment, order, takeStock, giveBack } = settlement;
  return {
    order: order ? { status: order.to, lastActor: 'provider' } : state.order,
    payments: state.payments.map((row) =>
      row.attempt === attempt && payment ? { ...row, status: payment } : row,
    ),
    takenStock: state.takenStock + (takeStock ? 1 : 0),
    givenBack: state.givenBack + (giveBack ? 1 : 0),
  };
}

const attemptOf = (state: State, choice: number) => 1 + (choice % state.payments.length);
const runs = { numRuns: 5_000 };

test('whatever is found out, twice is the same as once', () => {
  fc.assert(
    fc.property(states, fc.nat(), findings, fc.boolean(), (state, choice, finding, there) => {
      const attempt = attemptOf(state, choice);
      const once = apply(state, attempt, finding, there);
      expect(apply(once, attempt, finding, there)).toEqual(once);
    }),
    runs,
  );
});

test('no order has two live charges, and what is over never waits again', () => {
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

test('what is learned about one attempt touches no other', () => {
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

test('an order becomes paid only with a charge, and a charge is kept only by an order that is paid', () => {
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

test('a fulfilled or refunded order stays what it is', () => {
  fc.assert(
    fc.property(states, fc.nat(), findings, (state, choice, finding) => {
      fc.pre(['fulfilled', 'refunded'].includes(state.order.status));
      expect(apply(state, attemptOf(state, choice), finding).order.status).toBe(state.order.status);
    }),
    runs,
  );
});

/** What can truly become of a charge, in the provider's time. */
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

test('however often one looks at a charge, and whoever does, the last look decides how it ends', () => {
  const looks = fc.constantFrom(...histories).chain((history) =>
    fc.record({
      history: fc.constant(history),
      // Each look sees the charge at some time; looks come in the order of the time they saw.
      times: fc.array(fc.nat(history.length - 1), { maxLength: 10 }).map((times) => times.toSorted()),
      silences: fc.array(fc.nat(10), { maxLength: 3 }),
    }),
  );
  fc.assert(
    fc.property(looks, ({ history, times, silences }) => {
      const fresh: State = {
        order: { status: 'payment_pending', lastActor: 'shopper' },
        payments: [{ attempt: 1, status: 'created' }],
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

const cancelledBy = (lastActor: string): State => ({
  order: { status: 'cancelled', lastActor },
  payments: [{ attempt: 1, status: 'declined' }],
  takenStock: 0,
  givenBack: 0,
});

test('a charge after the hold takes the stock again and pays the order', () => {
  const after = apply(cancelledBy(holdsActor), 1, charge('succeeded'));
  expect(after).toMatchObject({
    order: { status: 'paid' },
    payments: [{ status: 'succeeded' }],
    takenStock: 1,
  });
});

test('a charge after the hold whose stock is gone is given back', () => {
  const after = apply(cancelledBy(holdsActor), 1, charge('succeeded'), false);
  expect(after).toMatchObject({
    order: { status: 'cancelled' },
    payments: [{ status: 'refunded' }],
    takenStock: 0,
    givenBack: 1,
  });
});

test('a charge after its owner cancelled the order is given back', () => {
  const after = apply(cancelledBy('shopper'), 1, charge('succeeded'));
  expect(after).toMatchObject({
    order: { status: 'cancelled' },
    payments: [{ status: 'refunded' }],
    givenBack: 1,
  });
});

test('a charge of an attempt that was over is given back when another one pays', () => {
  const paid: State = {
    order: { status: 'paid', lastActor: 'shopper' },
    payments: [
      { attempt: 1, status: 'declined' },
      { attempt: 2, status: 'succeeded' },
    ],
    takenStock: 0,
    givenBack: 0,
  };
  const after = apply(paid, 1, charge('succeeded'));
  expect(after).toMatchObject({
    order: { status: 'paid' },
    payments: [{ status: 'refunded' }, { status: 'succeeded' }],
    givenBack: 1,
  });
});
