import { expect, test } from 'vitest';
import { type ShownOrder, wordsFor } from '#components/checkout/notices/order-instead-words.ts';

// What broke: after a decline or on the way back from the bank, the checkout said "You already placed
// this order … nothing to pay for a second time". Nothing had been paid at all.

type Payment = ShownOrder['payments'][number];
const payment = (status: Payment['status'], refundedMinor = 0): Payment => ({
  attempt: 1,
  method: 'card',
  status,
  amountMinor: 3_299,
  refundedMinor,
});
const words = (status: ShownOrder['status'], of: Partial<ShownOrder> = {}) =>
  wordsFor({ id: 'id', number: 'ON-7', status, currency: 'USD', totalMinor: 3_299, payments: [], ...of });

test('an order that waits for its payment is called unpaid, with its number and amount, and can be paid', () => {
  for (const status of ['payment_declined', 'payment_pending'] as const) {
    const { title, text, act } = words(status);
    expect(title).toBe('Your order is not paid yet');
    expect(text).toContain('ON-7');
    expect(text).toContain('$32.99');
    expect(text).not.toContain('nothing to pay');
    expect(act).toBe('pay');
  }
});

test('an order that was not paid in time is named, and its items can be bought again', () => {
  const { title, text, act } = words('cancelled', { endedBy: 'hold', payments: [payment('voided')] });
  expect(title).toBe('Your order ON-7 was not paid in time');
  expect(text).toContain('Nothing was charged.');
  expect(act).toBe('buy_again');
});

test('if money was or may have been taken, the page does not say that nothing was charged', () => {
  for (const taken of [
    payment('succeeded'),
    payment('authorized'),
    payment('unknown'),
    payment('refunded', 3_299),
  ]) {
    expect(words('cancelled', { endedBy: 'hold', payments: [taken] }).text).not.toContain(
      'Nothing was charged',
    );
  }
  // What broke: the page said "was declined and nothing was charged" of a card whose charge the owner
  // had refunded.
  const { text } = words('payment_declined', { payments: [payment('refunded', 3_299)] });
  expect(text).not.toMatch(/declined|nothing was charged/);
});

test('only for a paid order the page says that no second payment is needed', () => {
  const said = (
    ['placed', 'payment_pending', 'payment_unknown', 'payment_declined', 'paid', 'cancelled'] as const
  ).filter((status) => words(status).text.includes('nothing to pay'));
  expect(said).toEqual(['paid']);
});
