import {
  type MoneyFacts,
  type OrderMoney,
  type PaymentFacts,
  summarize,
} from '#lib/orders/money/order-money.ts';

/** For tests only: sample summaries of an order's money. The order is paid at time 5 and cancelled at 20. */

export const paidAt = 5;
export const cancelledAt = 20;

export function paymentFacts(more: Partial<PaymentFacts> = {}): PaymentFacts {
  return {
    attempt: 1,
    method: 'card',
    status: 'succeeded',
    amountMinor: 4_599,
    capturedMinor: 0,
    refundedMinor: 0,
    lostMinor: 0,
    isDisputed: false,
    refunds: [],
    ...more,
  };
}

export function moneyFacts(more: Partial<MoneyFacts> = {}): MoneyFacts {
  return {
    status: 'paid',
    currency: 'USD',
    totalMinor: 4_599,
    endedBy: null,
    paidAttempt: null,
    paidAt,
    fulfilledAt: null,
    cancelledAt: more.status === 'cancelled' || more.status === 'refunded' ? cancelledAt : null,
    payments: [],
    ...more,
  };
}

export const orderMoney = (more: Partial<MoneyFacts> = {}): OrderMoney => summarize(moneyFacts(more));
