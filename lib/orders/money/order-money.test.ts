import { describe, expect, test } from 'vitest';
import type { MoneyFacts, PaymentFacts, RefundFacts } from '#lib/orders/money/order-money.ts';
import { cancelledAt, orderMoney, paidAt, paymentFacts } from '#lib/orders/money/order-money-samples.ts';

const all = 4_599;

const refund = (
  status: RefundFacts['status'],
  amountMinor: number,
  madeAt: number,
  changedAt = madeAt,
): RefundFacts => ({ status, amountMinor, madeAt, changedAt });

/** The only attempt of an order; it pays the order unless the arguments say otherwise. */
function of(refunds: RefundFacts[], more: Partial<PaymentFacts> = {}, order: Partial<MoneyFacts> = {}) {
  const refundedMinor = refunds
    .filter(({ status }) => status === 'succeeded')
    .reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  const payment = paymentFacts({ capturedMinor: all, refundedMinor, refunds, ...more });
  const [attempt] = orderMoney({ paidAttempt: 1, payments: [payment], ...order }).attempts;
  return attempt ?? expect.unreachable();
}

const cancelled = { status: 'cancelled' } as const;

describe('a refund that failed', () => {
  test('is not made good by a refund requested before the failure', () => {
    const refunds = [refund('failed', 1_000, 10, 30), refund('succeeded', 1_000, 12)];
    expect(of(refunds)).toMatchObject({ failedMinor: 1_000, owedMinor: 0, keptMinor: all - 1_000 });
  });

  test('is covered by refunds requested at the time of its failure or later', () => {
    for (const madeAt of [30, 31]) {
      expect(of([refund('failed', 1_000, 10, 30), refund('created', 1_000, madeAt)])).toMatchObject({
        failedMinor: 0,
        requestedMinor: 1_000,
      });
    }
    const part = [refund('failed', 1_000, 10, 30), refund('created', 400, 31)];
    expect(of(part)).toMatchObject({ failedMinor: 600 });
  });

  test('is covered when its money pays the order after it', () => {
    const before = [refund('failed', all, paidAt - 1, paidAt)];
    expect(of(before)).toMatchObject({ failedMinor: 0, owedMinor: 0, cameBack: true });
    expect(of(before, {}, { ...cancelled, paidAttempt: null })).toMatchObject({
      failedMinor: all,
      cameBack: false,
    });
    expect(of([refund('failed', 500, paidAt)])).toMatchObject({ failedMinor: 500, cameBack: false });
  });

  test('never counts more than the shop still keeps after lost disputes and other refunds', () => {
    const failed = refund('failed', all, 10);
    expect(of([failed], { lostMinor: 1_000 }, cancelled)).toMatchObject({
      failedMinor: all - 1_000,
      owedMinor: 0,
    });
    expect(of([failed, refund('succeeded', all, 9)], { status: 'refunded' })).toMatchObject({
      failedMinor: 0,
    });
  });
});

test('money that pays no active order is owed to the shopper', () => {
  expect(of([])).toMatchObject({ keptMinor: all, owedMinor: 0 });
  expect(of([], {}, { status: 'fulfilled' })).toMatchObject({ owedMinor: 0 });
  expect(of([], {}, cancelled)).toMatchObject({ owedMinor: all });
  expect(of([], {}, { status: 'payment_declined', paidAttempt: null })).toMatchObject({ owedMinor: all });
});

// What broke, found by an attack: the shop said that a charge "came after that" although its refund was
// already pending before the cancellation.
test('money is late only if all its refunds were requested after the cancellation', () => {
  const unpaid = { ...cancelled, paidAttempt: null };
  const [before, with_, after] = [cancelledAt - 1, cancelledAt, cancelledAt + 1].map((at) =>
    refund('succeeded', 500, at, cancelledAt + 5),
  ) as [RefundFacts, RefundFacts, RefundFacts];
  expect(of([after], {}, unpaid).cameLate).toBe(true);
  expect(of([before, after], {}, unpaid).cameLate).toBe(false);
  expect(of([with_], {}, unpaid).cameLate).toBe(false);
  expect(of([], {}, unpaid).cameLate).toBe(false);
  expect(of([after], {}, cancelled).cameLate).toBe(false);
});

test('an order without a recorded paying attempt is paid by its live attempt', () => {
  expect(of([], {}, { paidAttempt: null }).pays).toBe(true);
});
