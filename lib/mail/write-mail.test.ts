import { describe, expect, test } from 'vitest';
import { type MailEvent, type MailOrder, type MailPayment, writeMail } from './write-mail.ts';

const paidByCard: MailPayment = {
  method: 'card',
  status: 'succeeded',
  capturedMinor: 12_852,
  refundedMinor: 0,
  pays: true,
};
const declined: MailPayment = { ...paidByCard, status: 'declined', capturedMinor: 0, pays: false };
/** It was charged, pays no order, and is not refunded. */
const held: MailPayment = { ...paidByCard, status: 'returning', pays: false };
/** Its amount was reserved, and never taken. */
const reserved: MailPayment = { ...paidByCard, status: 'refunded', capturedMinor: 0, refundedMinor: 12_852 };

const order: MailOrder = {
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
  placedAt: new Date('2026-11-24T23:30:00Z'),
  holdUntil: null,
  lines: [
    { title: 'Mug', quantity: 2, unitPriceMinor: 1_450 },
    { title: 'Waxed Rucksack with a Name of Some Length', quantity: 1, unitPriceMinor: 9_000 },
  ],
  payments: [paidByCard],
  url: 'https://shop.test/orders/1',
};
const event: MailEvent = { endedBy: undefined, amountMinor: undefined, refundFailed: false, reason: 'test' };

describe('writeMail', () => {
  test('a confirmation says what was ordered, what it costs, how it is paid and where it goes', () => {
    const { subject, body } = writeMail('confirmation', order, event);
    expect(subject).toBe('Your order 7K3Q-F9M2-XDHT');
    expect(body).toBe(`Hello Ada Lovelace,

Thank you for your order. We have it, and we are getting it ready.
You have paid $128.52 by card.

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
    [{ method: 'invoice', status: 'due' }, 'You pay by invoice after it has arrived.'],
    [{ method: 'card', status: 'authorized' }, 'is reserved on your card'],
    [{ method: 'card', status: 'succeeded' }, 'You have paid $128.52 by card.'],
  ])('a confirmation says how an order is paid whose payment is %j', (payment, words) => {
    const { body } = writeMail(
      'confirmation',
      { ...order, payments: [{ ...paidByCard, ...payment }] },
      event,
    );
    expect(body.replaceAll('\n', ' ')).toContain(words);
  });

  test('a declined payment says that nothing was charged, until when the order is kept, and where to pay', () => {
    const { body } = writeMail(
      'payment_declined',
      { ...order, holdUntil: new Date('2026-11-24T23:45:00Z'), payments: [declined] },
      event,
    );
    expect(body.replaceAll('\n', ' ')).toContain('nothing was charged. Your order is kept until 23:45 UTC');
    expect(body).toContain(
      'Try another card, in the browser in which you ordered:\nhttps://shop.test/orders/1',
    );
  });

  // What broke: "nothing was charged", of an order whose first charge had not been refunded.
  test('a declined payment beside a charge that the shop holds does not say that nothing was charged', () => {
    for (const payments of [[held, declined], [held]]) {
      const { body } = writeMail('payment_declined', { ...order, payments }, event);
      expect(body).not.toContain('nothing was charged');
    }
  });

  test('an order that is paid because the refund of its charge failed says so', () => {
    const { body } = writeMail('confirmation', order, { ...event, refundFailed: true });
    expect(body.replaceAll('\n', ' ')).toContain('The refund of it could not be made, so this payment pays');
    expect(writeMail('confirmation', order, event).body).not.toContain('refund');
  });

  test.each([
    ['shopper', 'As you asked'],
    ['hold', 'because it was not paid in time'],
    ['operator', 'we had to cancel'],
    ['provider', 'we had to cancel'],
  ] as const)('a cancellation by %s says why', (endedBy, words) => {
    expect(writeMail('cancelled', order, { ...event, endedBy }).body.replaceAll('\n', ' ')).toContain(words);
  });

  test('a part that is given back is named, and with it what was given back before', () => {
    const payments = [{ ...paidByCard, refundedMinor: 5_000 }];
    const { body } = writeMail('money_returned', { ...order, payments }, { ...event, amountMinor: 2_000 });
    expect(body).toContain('$20.00 was refunded');
    expect(body.replaceAll('\n', ' ')).toContain('With this, $50.00 of this order was refunded in all.');
  });

  test('what is only requested is not called refunded, whatever it is about', () => {
    // What broke: "We are giving back $32.99", of which the provider refused every cent.
    for (const kind of ['cancelled', 'refund_requested'] as const) {
      const { subject, body } = writeMail(kind, order, { ...event, endedBy: 'shopper', amountMinor: 2_799 });
      const text = `${subject} ${body.replaceAll('\n', ' ')}`;
      expect(text).toContain('We have requested a refund of $27.99');
      expect(text).not.toMatch(/was refunded|giving back|nothing to pay/);
    }
    const confirmed = writeMail('refunded', order, { ...event, amountMinor: 2_799 });
    expect(confirmed.body).toContain('$27.99 was refunded');
  });

  // What broke: "$20.00 was refunded", then "$32.99 was refunded" of an order of 32.99.
  test('the last part of a refund is told as what it is, and the sum as a sum', () => {
    const payments = [{ ...paidByCard, status: 'refunded', refundedMinor: 12_852 }];
    const { body } = writeMail('refunded', { ...order, payments }, { ...event, amountMinor: 7_852 });
    const text = body.replaceAll('\n', ' ');
    expect(text).toContain('$78.52 was refunded to the card');
    expect(text).toContain('With this, $128.52 of this order was refunded in all.');
  });

  // What broke: "$32.99 was refunded. It can take your bank some days to show it", of money that was never taken.
  test('what was only reserved is released, in every email about it', () => {
    const asked = [{ ...reserved, status: 'returning', refundedMinor: 0 }];
    const over = [reserved];
    const late = [{ ...reserved, pays: false }];
    const lapsed = [{ ...reserved, status: 'voided', refundedMinor: 0, pays: false }];
    const mails = [
      writeMail('cancelled', { ...order, payments: asked }, { ...event, amountMinor: 12_852 }),
      writeMail('refunded', { ...order, payments: over }, { ...event, amountMinor: 12_852 }),
      writeMail('late_payment_returned', { ...order, payments: late }, { ...event, amountMinor: 12_852 }),
      writeMail(
        'money_returned',
        { ...order, payments: [...late, paidByCard] },
        { ...event, amountMinor: 12_852 },
      ),
      writeMail('payment_declined', { ...order, payments: lapsed }, event),
    ].map(({ subject, body }) => `${subject} ${body.replaceAll('\n', ' ')}`);
    for (const text of mails) {
      expect(text).toContain('$128.52 reserved on your card');
      expect(text).toContain('released');
      expect(text).not.toMatch(/was refunded|refund of|some days|declined/);
    }
  });

  test('a card that was charged and refunded before the order had the money was not declined', () => {
    const payments = [{ ...paidByCard, status: 'refunded', refundedMinor: 12_852, pays: false }];
    const { subject, body } = writeMail('payment_declined', { ...order, payments }, event);
    const text = `${subject} ${body.replaceAll('\n', ' ')}`;
    expect(text).toContain('Your card was charged, and the $128.52 was refunded. Your order is kept');
    expect(text).not.toMatch(/declined|nothing was charged/);
  });

  test('a cancelled order whose refund was refused at once does not promise that refund', () => {
    const refused = { ...event, endedBy: 'shopper' as const, amountMinor: 12_852, refundFailed: true };
    const text = writeMail('cancelled', order, refused).body.replaceAll('\n', ' ');
    expect(text).toContain('As you asked, we have cancelled your order.');
    expect(text).toContain('Your refund of $128.52 could not be made yet.');
    expect(text).not.toMatch(/requested|was refunded/);
  });

  test('a payment that came too late says that the order stays cancelled and the money comes back', () => {
    const { body } = writeMail('late_payment_returned', order, { ...event, amountMinor: 12_852 });
    expect(body).toContain('Your payment came after your order had been cancelled. $128.52');
    expect(body).toContain('The order stays cancelled.');
  });
});
