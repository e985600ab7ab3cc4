import { describe, expect, test } from 'vitest';
import { orderNews } from '#components/orders/status/order-news.ts';
import { onCancel as moneyOnCancel } from '#lib/orders/money/money-sentences.ts';
import type { OrderMoney, PaymentFacts, RefundFacts } from '#lib/orders/money/order-money.ts';
import { cancelledAt, moneyFacts, orderMoney, paymentFacts } from '#lib/orders/money/order-money-samples.ts';
import type { CancellationSource, OrderView } from '#lib/orders/schema.ts';
import type { PaymentStatus } from '#lib/payment-provider/statuses.ts';

type Payment = OrderView['payments'][number];

const card = (attempt: number, status: PaymentStatus, more: Partial<Payment> = {}): Payment => ({
  attempt,
  method: 'card',
  status,
  amountMinor: 4_599,
  refundedMinor: 0,
  ...more,
});

function order(status: OrderView['status'], payments: Payment[], refundRequestedMinor = 0): OrderView {
  return { status, payments, currency: 'USD', totalMinor: 4_599, refundRequestedMinor } as OrderView;
}

interface Given {
  decline?: string;
  endedBy?: CancellationSource;
  paidAttempt?: number | null;
  /** The refunds were requested after the cancellation. */
  isLate?: boolean;
  /** A refund of the rest, neither refunded nor requested, has failed. */
  isFailed?: boolean;
  /** Applies to every charge. */
  charge?: Partial<PaymentFacts>;
}

/** Every charge was captured in full, and the last captured one paid the order. */
function moneyOf(view: OrderView, given: Given = {}): OrderMoney {
  const { payments, status, refundRequestedMinor } = view;
  const taken = payments.filter((payment) => ['succeeded', 'returning', 'refunded'].includes(payment.status));
  const paid = (payments.findLast((payment) => payment.status === 'authorized') ?? taken.at(-1))?.attempt;
  const { endedBy = null, paidAttempt = paid ?? null } = given;
  const requested = payments.find((payment) => payment.status === 'returning')?.attempt ?? paid;
  const madeAt = given.isLate ? cancelledAt + 1 : cancelledAt - 1;
  const charges = payments.map(({ attempt, amountMinor, refundedMinor, ...payment }) => {
    const capturedMinor = taken.some((one) => one.attempt === attempt) ? amountMinor : 0;
    const requestedMinor = attempt === requested ? refundRequestedMinor : 0;
    const isOwed = status === 'cancelled' || attempt !== paidAttempt;
    const failedMinor = given.isFailed && isOwed ? capturedMinor - refundedMinor - requestedMinor : 0;
    const sums = { succeeded: refundedMinor, created: requestedMinor, failed: failedMinor };
    const refunds = Object.entries(sums)
      .map(
        ([of, minor]) => ({ status: of, amountMinor: minor, madeAt, changedAt: madeAt + 1 }) as RefundFacts,
      )
      .filter((refund) => refund.amountMinor > 0);
    return paymentFacts({
      attempt,
      amountMinor,
      refundedMinor,
      method: payment.method,
      status: payment.status,
      capturedMinor,
      refunds,
      ...given.charge,
    });
  });
  return orderMoney(moneyFacts({ status, payments: charges, endedBy, paidAttempt }));
}

const said = (view: OrderView, { decline = 'The card was declined.', ...given }: Given = {}) =>
  orderNews(view, { decline, ...moneyOf(view, given) }).join(' ');
const onCancel = (view: OrderView, given?: Given) => moneyOnCancel(moneyOf(view, given));

/** The order was already cancelled, or didn't need the charge, when the charge arrived. */
const tooLate = { paidAttempt: null, isLate: true };

describe('the news of an order', () => {
  test('a declined card is reported with its reason, and that nothing was charged', () => {
    const decline = 'The card was declined: it has expired.';
    expect(said(order('payment_declined', [card(1, 'declined')]), { decline })).toBe(
      'The card was declined: it has expired. Nothing was charged. Your order is kept, and is not paid.',
    );
  });

  test('a payment that waits for the bank says so, and a payment that is only under way does not', () => {
    const actionUrl = 'https://bank.example/confirm';
    expect(said(order('payment_pending', [card(1, 'requires_action', { actionUrl })]))).toMatch(/^Your bank/);
    expect(said(order('payment_pending', [card(1, 'created')]))).not.toContain('bank');
  });

  test('a paid amount is named, and a reserved amount is not called paid', () => {
    expect(said(order('paid', [card(1, 'declined'), card(2, 'succeeded')]))).toMatch(/^\$45\.99 is paid/);
    expect(said(order('paid', [card(1, 'authorized')]))).toMatch(/^\$45\.99 is reserved/);
  });

  test('refunds are reported: a partial one, and one of a late charge of an earlier attempt', () => {
    expect(said(order('paid', [card(1, 'succeeded', { refundedMinor: 500 })]))).toContain(
      '$5.00 of your payment was refunded.',
    );
    const late = card(1, 'refunded', { refundedMinor: 4_599 });
    expect(said(order('paid', [late, card(2, 'succeeded')]))).toContain(
      'Another attempt was charged, too, and $45.99 was refunded',
    );
  });

  test('a refund that the provider has not confirmed is called requested, never refunded', () => {
    // What broke: the page said "goes back to you" although the provider had refused the refund.
    const news = [
      said(order('paid', [card(1, 'succeeded')], 500)),
      said(order('fulfilled', [card(1, 'returning')], 4_599)),
      said(order('cancelled', [card(1, 'returning')], 4_599), { endedBy: 'shopper' }),
      said(order('paid', [card(1, 'returning'), card(2, 'succeeded')], 4_599)),
    ];
    for (const text of news) {
      expect(text).toMatch(/A refund of \$(5\.00|45\.99) is requested\./);
      expect(text).not.toMatch(/was refunded|nothing to pay/);
    }
  });

  test('a failed refund is called neither requested nor refunded', () => {
    for (const status of ['succeeded', 'returning'] as const) {
      const text = said(order('cancelled', [card(1, status)]), { endedBy: 'shopper', isFailed: true });
      expect(text).toContain('Your refund of $45.99 could not be made yet.');
      expect(text).not.toMatch(/was refunded|requested|nothing to pay/);
    }
  });

  test('a payment that the bank is processing says so, and that it can take days', () => {
    expect(said(order('payment_processing', [card(1, 'processing')]))).toContain(
      'Your bank is processing the payment; this can take days.',
    );
  });

  test('a cancelled order says who or what cancelled it', () => {
    const unpaid = order('cancelled', [card(1, 'declined')]);
    expect(said(unpaid, { endedBy: 'shopper' })).not.toContain('in time');
    expect(said(unpaid, { endedBy: 'hold' })).toContain('not paid in time');
    expect(said(unpaid, { endedBy: 'operator' })).toContain('We are sorry');
    expect(said(unpaid, { endedBy: 'provider' })).toContain('We are sorry');
  });

  test('a charge after the end of the hold is refunded and says why, if the order could not be revived', () => {
    const late = order('cancelled', [card(1, 'refunded', { refundedMinor: 4_599 })]);
    expect(said(late, { ...tooLate, endedBy: 'hold' })).toContain(
      'could not be placed again. It was refunded.',
    );
    const byShopper = said(late, { ...tooLate, endedBy: 'shopper' });
    expect(byShopper).toContain('Your payment of $45.99 came after that. It was refunded.');
    expect(byShopper).not.toContain('placed again');
    expect(byShopper).not.toContain('nothing to pay');
  });

  // What broke: the page said "Your payment of $5.00 came after that" of a goodwill refund before the
  // cancellation.
  test('a goodwill refund before a cancellation is a part of the payment, and the kept amount is named', () => {
    const part = (status: PaymentStatus) => card(1, status, { refundedMinor: 500 });
    const requested = said(order('cancelled', [part('returning')], 4_099), { endedBy: 'shopper' });
    expect(requested).toContain('$5.00 of your payment was refunded.');
    expect(requested).toContain('A refund of $40.99 is requested.');
    const failed = order('cancelled', [part('succeeded')]);
    const given = { endedBy: 'shopper', isFailed: true } as const;
    expect(said(failed, given)).toContain('Your refund of $40.99 could not be made yet.');
    expect(said(failed, { ...given, charge: { isDisputed: true } })).toContain(
      'Your refund of $40.99 could not be made, because your bank disputes the payment.',
    );
    // What broke: the page named the whole amount, and a dispute that the bank had decided long before.
    expect(said(failed, { ...given, charge: { lostMinor: 1_000 } })).toContain(
      'Your refund of $30.99 could not be made yet.',
    );
    const both = order('cancelled', [card(1, 'succeeded')], 500);
    expect(said(both, given)).toContain('A refund of $5.00 is requested.');
    expect(said(both, given)).toContain('Your refund of $40.99 could not be made yet.');
    for (const text of [requested, said(failed, given), said(both, given)]) {
      expect(text).not.toMatch(/came after|nothing to pay/);
    }
  });

  // What broke: the page said "An earlier attempt was charged late … You pay this order once" of an
  // order with one attempt.
  test('a partial refund, with the rest requested, is not called the refund of another attempt', () => {
    const text = said(order('fulfilled', [card(1, 'returning', { refundedMinor: 500 })], 4_099));
    expect(text).toContain('$5.00 of your payment was refunded.');
    expect(text).toContain('A refund of $40.99 is requested.');
    expect(text).not.toContain('attempt');
  });

  // What broke: the page said "Nothing was charged" of a card whose charge the owner had refunded.
  test('a charge that was refunded before it paid the order is reported as refunded, also later', () => {
    const back = card(1, 'refunded', { refundedMinor: 4_599 });
    const never = { paidAttempt: null };
    const text = said(order('payment_declined', [back]), never);
    expect(text).toMatch(/^Your card was charged, and the \$45\.99 was refunded\. Your order is kept/);
    expect(text).not.toMatch(/declined|Nothing was charged/);
    expect(said(order('payment_declined', [back, card(2, 'declined')]), never)).toContain(
      'An earlier attempt was charged, and $45.99 was refunded.',
    );
    const ended = said(order('cancelled', [back]), { ...never, endedBy: 'hold' });
    expect(ended).toContain('Your card was charged $45.99 before that. It was refunded.');
    expect(ended).not.toMatch(/came after|placed again/);
  });

  // What broke: the page said "$45.99 was refunded. It can take your bank some days" of money that was
  // never taken.
  test('a reserved amount is called released, not refunded', () => {
    const reserved = { charge: { capturedMinor: 0 } };
    const over = order('refunded', [card(1, 'refunded', { refundedMinor: 4_599 })]);
    const texts = [
      said(over, { ...reserved, endedBy: 'shopper' }),
      said(over, { ...reserved, endedBy: 'operator' }),
      said(order('cancelled', [card(1, 'returning')], 4_599), { ...reserved, endedBy: 'shopper' }),
      said(order('payment_declined', [card(1, 'voided')]), { ...reserved, paidAttempt: null }),
    ];
    for (const text of texts) {
      expect(text).toContain('$45.99 reserved on your card');
      expect(text).toMatch(/released/);
      expect(text).not.toMatch(/refund|some days|declined/);
    }
  });
});

// What broke: the page said "Nothing was charged" of an order with a charge, and "refund requested" of
// a refund that had failed.
describe('a charge that no order needs and whose refund failed', () => {
  test('is named in every status of its order, and no page says that nothing was charged', () => {
    const actionUrl = 'https://bank.example/confirm';
    const orders: [OrderView, number | null][] = [
      [order('payment_pending', [card(1, 'returning'), card(2, 'created')]), null],
      [order('payment_pending', [card(1, 'returning'), card(2, 'requires_action', { actionUrl })]), null],
      [order('payment_processing', [card(1, 'returning'), card(2, 'processing')]), null],
      [order('payment_unknown', [card(1, 'returning'), card(2, 'unknown')]), null],
      [order('payment_declined', [card(1, 'returning')]), null],
      [order('payment_declined', [card(1, 'succeeded')]), null],
      [order('payment_declined', [card(1, 'returning'), card(2, 'declined')]), null],
      [order('paid', [card(1, 'returning'), card(2, 'succeeded')]), 2],
      [order('fulfilled', [card(1, 'returning'), card(2, 'succeeded')]), 2],
      [order('cancelled', [card(1, 'succeeded')]), null],
      [order('refunded', [card(1, 'returning'), card(2, 'refunded', { refundedMinor: 4_599 })]), 2],
    ];
    for (const [view, paidAttempt] of orders) {
      const text = said(view, { paidAttempt, isFailed: true });
      expect(text, view.status).toContain('Your refund of $45.99 could not be made yet. We know of it');
      expect(text, view.status).not.toMatch(/othing was charged|is charged before|nothing to pay|requested/);
    }
  });

  test('is requested when its order is cancelled', () => {
    const unpaid = order('payment_declined', [card(1, 'succeeded')]);
    expect(onCancel(unpaid, { paidAttempt: null })).toMatch(/^A refund of \$45\.99/);
    const paid = order('paid', [card(1, 'returning'), card(2, 'succeeded')]);
    expect(onCancel(paid, { paidAttempt: 2 })).toMatch(/^A refund of \$91\.98/);
  });
});

test('before cancelling, the shopper is told what happens to the money', () => {
  expect(onCancel(order('payment_declined', [card(1, 'declined')]))).toContain('nothing to pay');
  const part = card(2, 'succeeded', { refundedMinor: 500 });
  const late = card(1, 'refunded', { refundedMinor: 4_599 });
  expect(onCancel(order('paid', [late, part]))).toMatch(/^A refund of \$40\.99 is requested/);
  expect(onCancel(order('paid', [card(1, 'authorized')]))).toContain('$45.99 reserved on your card');
  // What broke: the page said "A refund of $45.99 is requested" when $5.00 of it was refunded or
  // requested already.
  expect(onCancel(order('paid', [card(1, 'succeeded')], 500))).toMatch(/^A refund of \$40\.99 is requested/);
  expect(onCancel(order('paid', [card(1, 'returning'), card(2, 'succeeded')], 4_599))).toContain('$45.99');
  expect(onCancel(order('paid', [card(1, 'returning')], 4_599))).toContain('already been requested');
});
