import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CancellationSource, orderStatuses } from '#lib/orders/schema.ts';
import type { ChargeStatus } from '#lib/payment-provider/provider.ts';
import { type PaymentStatus, paymentStatuses } from '#lib/payment-provider/statuses.ts';
import { isOpen, isOver } from '#lib/payments/payment-rows.ts';
import { apply, charge, orderOf, paymentOf, type State } from '#lib/payments/settling/settle-samples.ts';
import type { Finding } from '#lib/payments/settling/settlement.ts';

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
