import { describe, expect, test } from 'vitest';
import { moneyOnCancel, orderNews } from '#components/orders/order-news.ts';
import type { OrderView, PaymentStatus } from '#lib/orders/schema.ts';

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

const facts = { decline: 'The card was declined.', endedBy: undefined };
const said = (view: OrderView, more: Partial<Parameters<typeof orderNews>[1]> = {}) =>
  orderNews(view, { ...facts, ...more }).join(' ');

describe('the news of an order', () => {
  test('a declined card is told with its reason, and that nothing was charged', () => {
    const decline = 'The card was declined: it has expired.';
    expect(said(order('payment_declined', [card(1, 'declined')]), { decline })).toBe(
      'The card was declined: it has expired. Nothing was charged, and your order is kept.',
    );
  });

  test('a payment that waits at the bank says so; one that is only under way does not', () => {
    const actionUrl = 'https://bank.example/confirm';
    expect(said(order('payment_pending', [card(1, 'requires_action', { actionUrl })]))).toMatch(/^Your bank/);
    expect(said(order('payment_pending', [card(1, 'created')]))).not.toContain('bank');
  });

  test('what is paid is an amount; what is only reserved is not called paid', () => {
    expect(said(order('paid', [card(1, 'declined'), card(2, 'succeeded')]))).toMatch(/^\$45\.99 is paid/);
    expect(said(order('paid', [card(1, 'authorized')]))).toMatch(/^\$45\.99 is reserved/);
  });

  test('money that was refunded is told: a part of what was paid, and a late charge of an earlier attempt', () => {
    expect(said(order('paid', [card(1, 'succeeded', { refundedMinor: 500 })]))).toContain(
      '$5.00 of it was refunded.',
    );
    const late = card(1, 'refunded', { refundedMinor: 4_599 });
    expect(said(order('paid', [late, card(2, 'succeeded')]))).toContain('its $45.99 was refunded');
  });

  test('what the provider has not confirmed is requested, and nothing says that it was refunded', () => {
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

  test('a refund that the provider did not pay is neither requested nor refunded', () => {
    for (const status of ['succeeded', 'returning'] as const) {
      const text = said(order('cancelled', [card(1, status)]), { endedBy: 'shopper' });
      expect(text).toContain('Your refund of $45.99 could not be made yet.');
      expect(text).not.toMatch(/was refunded|requested|nothing to pay/);
    }
  });

  test('a bank that takes days is named, and that it can take days', () => {
    expect(said(order('payment_processing', [card(1, 'processing')]))).toContain(
      'Your bank is processing the payment; this can take days.',
    );
  });

  test('a cancelled order says by whose hand it ended', () => {
    const unpaid = order('cancelled', [card(1, 'declined')]);
    expect(said(unpaid, { endedBy: 'shopper' })).not.toContain('in time');
    expect(said(unpaid, { endedBy: 'hold' })).toContain('not paid in time');
    expect(said(unpaid, { endedBy: 'operator' })).toContain('We are sorry');
    expect(said(unpaid, { endedBy: 'provider' })).toContain('We are sorry');
  });

  test('a charge that came after its hold, when things were sold out, is refunded and says why', () => {
    const late = order('cancelled', [card(1, 'refunded', { refundedMinor: 4_599 })]);
    expect(said(late, { endedBy: 'hold' })).toContain('sold out. It was refunded.');
    expect(said(late, { endedBy: 'shopper' })).not.toContain('sold out');
    expect(said(late, { endedBy: 'shopper' })).not.toContain('nothing to pay');
  });
});

test('whoever cancels is told before what becomes of their money', () => {
  expect(moneyOnCancel(order('payment_declined', [card(1, 'declined')]))).toContain('nothing to pay');
  const part = card(2, 'succeeded', { refundedMinor: 500 });
  const late = card(1, 'refunded', { refundedMinor: 4_599 });
  expect(moneyOnCancel(order('paid', [late, part]))).toMatch(/^A refund of \$40\.99 is requested/);
  expect(moneyOnCancel(order('paid', [card(1, 'authorized')]))).toContain('$45.99 reserved on your card');
});
