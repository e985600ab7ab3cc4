import { describe, expect, test } from 'vitest';
import type { MoneyFacts, OrderMoney, PaymentFacts } from '#lib/orders/money/order-money.ts';
import { cancelledAt, orderMoney, paidAt, paymentFacts } from '#lib/orders/money/order-money-samples.ts';
import { type EmailEvent, type EmailOrder, writeEmail } from './write-email.ts';

const ofAttempt = (attempt: number, more: Partial<PaymentFacts>): PaymentFacts =>
  paymentFacts({ attempt, amountMinor: 12_852, capturedMinor: 12_852, ...more });

/** The order's money; its first attempt pays it. */
const moneyOf = (payments: PaymentFacts[], more: Partial<MoneyFacts> = {}): OrderMoney =>
  orderMoney({ paidAttempt: 1, totalMinor: 12_852, payments, ...more });

const refund = (
  status: 'created' | 'succeeded' | 'failed',
  amountMinor = 12_852,
  madeAt = cancelledAt - 1,
) => ({ status, amountMinor, madeAt, changedAt: madeAt + 1 });

const paidByCard = ofAttempt(1, {});
const declined = ofAttempt(2, { status: 'declined', capturedMinor: 0 });
/** Charged, pays no order, and is not refunded. */
const held = ofAttempt(1, { status: 'returning' });
/** The amount was reserved and never captured. */
const reserved = ofAttempt(1, { status: 'refunded', capturedMinor: 0, refundedMinor: 12_852 });

const order: EmailOrder = {
  number: '7K3Q-F9M2-XDHT',
  currency: 'USD',
  subtotalMinor: 11_900,
  shippingMinor: 0,
  taxMinor: 952,
  discountMinor: 0,
  totalMinor: 12_852,
  shippingAddress: {
    name: 'Ada Lovelace',
    line1: '12 St James’s Square',
    line2: null,
    city: 'Springfield',
    region: 'IL',
    postalCode: '62701',
    country: 'US',
  },
  countryName: 'United States',
  timeZone: 'UTC',
  arrival: undefined,
  placedAt: new Date('2026-11-24T23:30:00Z'),
  holdUntil: null,
  lines: [
    { title: 'Mug', quantity: 2, unitPriceMinor: 1_450 },
    { title: 'Waxed Rucksack with a Name of Some Length', quantity: 1, unitPriceMinor: 9_000 },
  ],
  money: moneyOf([paidByCard]),
  url: 'https://shop.test/orders/1',
};
const event: EmailEvent = { endedBy: undefined, amountMinor: undefined, attempt: undefined, reason: 'test' };

const unpaid = (payments: PaymentFacts[]): OrderMoney =>
  moneyOf(payments, { status: 'payment_declined', paidAttempt: null });

describe('writeEmail', () => {
  test('a confirmation says what was ordered, what it costs, how it is paid and where it goes', () => {
    const { subject, body } = writeEmail('confirmation', order, event);
    expect(subject).toBe('Your order 7K3Q-F9M2-XDHT');
    expect(body).toBe(`Hello Ada Lovelace,

Thank you for your order. We have it, and we are getting it ready.
$128.52 is paid by card.

Order 7K3Q-F9M2-XDHT of November 24, 2026

  2 × Mug                         $29.00
  1 × Waxed Rucksack with a Name of Some Length
                                  $90.00
  --------------------------------------
  Subtotal                       $119.00
  Delivery                          Free
  Tax                              $9.52
  Total                          $128.52

It goes to
  Ada Lovelace
  12 St James’s Square
  Springfield, IL 62701
  United States

How your order is doing:
https://shop.test/orders/1

Once
`);
  });

  test.each([
    [{ method: 'invoice', status: 'due', capturedMinor: 0 }, 'You pay by invoice after it has arrived.'],
    [{ method: 'card', status: 'authorized', capturedMinor: 0 }, 'is reserved on your card'],
    [{ method: 'card', status: 'succeeded' }, '$128.52 is paid by card.'],
  ] as [Partial<PaymentFacts>, string][])(
    'a confirmation says how the order is paid when its payment is %j',
    (payment, words) => {
      const { body } = writeEmail(
        'confirmation',
        { ...order, money: moneyOf([ofAttempt(1, payment)]) },
        event,
      );
      expect(body.replaceAll('\n', ' ')).toContain(words);
    },
  );

  test('an order that is on its way to be sent says when it should arrive, in the shop’s time zone', () => {
    const late = { ...order, arrival: 'Mon, Nov 30 – Wed, Dec 2', timeZone: 'Asia/Tokyo' };
    for (const kind of ['confirmation', 'payment_received', 'late_payment_taken', 'fulfilled'] as const) {
      const { body } = writeEmail(kind, late, event);
      expect(body).toContain('\n\nEstimated delivery: Mon, Nov 30 – Wed, Dec 2.\n\n');
      expect(body).toContain('Order 7K3Q-F9M2-XDHT of November 25, 2026');
      expect(writeEmail(kind, order, event).body).not.toContain('Estimated delivery');
    }
  });

  test('a declined payment says that nothing was charged, until when the order is kept, and where to pay', () => {
    const { body } = writeEmail(
      'payment_declined',
      { ...order, holdUntil: new Date('2026-11-24T23:45:00Z'), money: unpaid([declined]) },
      event,
    );
    expect(body.replaceAll('\n', ' ')).toContain('Nothing was charged. Your order is kept until 23:45 UTC');
    expect(body).toContain(
      'Try another card, in the browser in which you ordered:\nhttps://shop.test/orders/1',
    );
  });

  // What broke: the email said "nothing was charged" although the first charge had not been refunded.
  test('a declined payment beside a charge that the shop holds does not say that nothing was charged', () => {
    for (const payments of [[held, declined], [held]]) {
      const { body } = writeEmail('payment_declined', { ...order, money: unpaid(payments) }, event);
      expect(body).not.toMatch(/nothing was charged/i);
      expect(body.replaceAll('\n', ' ')).toContain('$128.52 of your money is still with us.');
    }
  });

  // What broke, found by an attacker: the email said "We have it, and we are getting it ready" about a
  // refunded order.
  test.each(['cancelled', 'refunded'] as const)(
    'an email about an order that is %s by now promises nothing',
    (status) => {
      for (const kind of ['confirmation', 'late_payment_taken'] as const) {
        const { body } = writeEmail(kind, { ...order, money: moneyOf([paidByCard], { status }) }, event);
        expect(body.replaceAll('\n', ' ')).toContain('It has since ended. Another email tells you how.');
        expect(body).not.toMatch(/ready|is paid/);
      }
    },
  );

  test('the email says so when an order is paid because its refund failed', () => {
    const money = moneyOf([ofAttempt(1, { refunds: [refund('failed', 12_852, paidAt - 1)] })]);
    const { body } = writeEmail('confirmation', { ...order, money }, event);
    expect(body.replaceAll('\n', ' ')).toContain('A refund of this payment has failed, so it pays your');
    expect(body).not.toContain('made yet');
    expect(writeEmail('confirmation', order, event).body).not.toContain('refund');
  });

  test.each([
    ['shopper', 'As you asked'],
    ['hold', 'because it was not paid in time'],
    ['operator', 'we had to cancel'],
    ['provider', 'we had to cancel'],
  ] as const)('the email about a cancellation by %s says why', (endedBy, words) => {
    expect(writeEmail('cancelled', order, { ...event, endedBy }).body.replaceAll('\n', ' ')).toContain(words);
  });

  test('the email about a partial refund has its amount and the sum of all refunds', () => {
    const money = moneyOf([ofAttempt(1, { refundedMinor: 5_000 })]);
    const { body } = writeEmail('money_returned', { ...order, money }, { ...event, amountMinor: 2_000 });
    expect(body).toContain('$20.00 was refunded');
    expect(body.replaceAll('\n', ' ')).toContain('With this, $50.00 of this order was refunded in all.');
  });

  test('no email calls a requested refund refunded', () => {
    // What broke: the email said "We are giving back $32.99", and the provider refused all of it.
    const payments = [
      ofAttempt(1, { status: 'returning', lostMinor: 10_053, refunds: [refund('created', 2_799)] }),
    ];
    const asked = { ...order, money: moneyOf(payments, { status: 'cancelled' }) };
    for (const kind of ['cancelled', 'refund_requested'] as const) {
      const { subject, body } = writeEmail(kind, asked, { ...event, endedBy: 'shopper', amountMinor: 2_799 });
      const text = `${subject} ${body.replaceAll('\n', ' ')}`;
      expect(text).toContain('A refund of $27.99 is requested. We write to you when it is confirmed.');
      expect(text).not.toMatch(/was refunded|giving back|nothing to pay/);
    }
    const confirmed = writeEmail('refunded', order, { ...event, amountMinor: 2_799 });
    expect(confirmed.body).toContain('$27.99 was refunded');
  });

  // What broke: the emails said "$20.00 was refunded" and then "$32.99 was refunded" about an order of
  // $32.99.
  test('the email about the last partial refund has its amount and, separately, the sum of all refunds', () => {
    const money = moneyOf([ofAttempt(1, { status: 'refunded', refundedMinor: 12_852 })]);
    const { body } = writeEmail('refunded', { ...order, money }, { ...event, amountMinor: 7_852 });
    const text = body.replaceAll('\n', ' ');
    expect(text).toContain('$78.52 was refunded to the card');
    expect(text).toContain('With this, $128.52 of this order was refunded in all.');
  });

  // What broke: the email said "$32.99 was refunded. It can take your bank some days to show it" about money
  // that was never captured.
  test('every email about a reserved amount says that it is released, not refunded', () => {
    const asked = ofAttempt(1, { status: 'returning', capturedMinor: 0, refunds: [refund('created')] });
    const lapsed = ofAttempt(1, { status: 'voided', capturedMinor: 0 });
    const late = { status: 'cancelled', paidAttempt: null } as const;
    const about = { ...event, amountMinor: 12_852, attempt: 1 };
    const write = (kind: Parameters<typeof writeEmail>[0], money: OrderMoney) =>
      writeEmail(kind, { ...order, money }, about);
    const mails = [
      write('cancelled', moneyOf([asked], { status: 'cancelled' })),
      write('refunded', moneyOf([reserved], { status: 'refunded' })),
      write('late_payment_returned', moneyOf([reserved], late)),
      write('money_returned', moneyOf([reserved, ofAttempt(2, {})], { paidAttempt: 2 })),
      write('payment_declined', unpaid([lapsed])),
    ].map(({ subject, body }) => `${subject} ${body.replaceAll('\n', ' ')}`);
    for (const text of mails) {
      expect(text).toContain('$128.52 reserved on your card');
      expect(text).toContain('released');
      expect(text).not.toMatch(/was refunded|refund of|some days|declined/);
    }
  });

  test('the email does not say declined when the card was charged and then refunded at the provider', () => {
    const money = unpaid([ofAttempt(1, { status: 'refunded', refundedMinor: 12_852 })]);
    const { subject, body } = writeEmail('payment_declined', { ...order, money }, event);
    const text = `${subject} ${body.replaceAll('\n', ' ')}`;
    expect(text).toContain('Your card was charged, and the $128.52 was refunded. Your order is kept');
    expect(text).not.toMatch(/declined|nothing was charged/);
  });

  test('the email about a cancellation does not promise a refund that was refused immediately', () => {
    const money = moneyOf([ofAttempt(1, { refunds: [refund('failed')] })], { status: 'cancelled' });
    const refused = { ...event, endedBy: 'shopper' as const, amountMinor: 12_852 };
    const text = writeEmail('cancelled', { ...order, money }, refused).body.replaceAll('\n', ' ');
    expect(text).toContain('As you asked, we have cancelled your order.');
    expect(text).toContain('Your refund of $128.52 could not be made yet.');
    expect(text).not.toMatch(/requested|was refunded/);
  });

  test('the email about a late payment says that the order stays cancelled and the money is refunded', () => {
    const { body } = writeEmail('late_payment_returned', order, { ...event, amountMinor: 12_852 });
    expect(body).toContain('Your payment came after your order had been cancelled. $128.52');
    expect(body).toContain('The order stays cancelled.');
  });
});
