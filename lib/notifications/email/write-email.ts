import { addressBlock, clock, totalsTable, wrap } from '#lib/notifications/email/layout.ts';
import { withoutLinks } from '#lib/notifications/email/without-links.ts';
import {
  afterCancellation,
  bankTakesTime,
  earlierRefunds,
  howPaid,
  notMade,
  payingAttempt,
  refunded,
  refundedInAll,
  released,
  requested,
  whyPaid,
  whyUnpaid,
} from '#lib/orders/money/money-sentences.ts';
import type { OrderMoney } from '#lib/orders/money/order-money.ts';
import type { CancellationSource } from '#lib/orders/schema.ts';
import { formatMoney } from '#lib/platform/money.ts';
import { dayInWords } from '#lib/platform/text/day.ts';
import type { ShippingAddress } from '#lib/shipping/shipping-address.ts';

/** The order that an email is written from, as it is at that time. Amounts are in minor units. */
export interface EmailOrder {
  number: string;
  currency: string;
  subtotalMinor: number;
  shippingMinor: number;
  taxMinor: number;
  discountMinor: number;
  totalMinor: number;
  shippingAddress: ShippingAddress;
  /** Of the shipping address. */
  countryName: string;
  placedAt: Date;
  /** The shop's time zone, in which days are written. */
  timeZone: string;
  /** When it should arrive, as on its page; undefined when the shop can't tell. */
  arrival: string | undefined;
  /** An unpaid order keeps its stock until then; null when it doesn't wait for a payment. */
  holdUntil: Date | null;
  lines: { title: string; quantity: number; unitPriceMinor: number }[];
  money: OrderMoney;
  /** The URL of the order's page, with the access token that opens it in any browser. */
  url: string;
}

/** The parts of an event that an email mentions. */
export interface EmailEvent {
  /** How the order ended; undefined while it has not. */
  endedBy: CancellationSource | undefined;
  /** The amount of this event, in minor units, if it has one. */
  amountMinor: number | undefined;
  /** The attempt whose refund this event is about. */
  attempt: number | undefined;
  /** The reason, worded for operators. */
  reason: string;
}

interface Words {
  subject: (number: string, order: EmailOrder, event: EmailEvent) => string;
  /** What happened and what happens next, one paragraph each. */
  paragraphs: (order: EmailOrder, event: EmailEvent) => string[];
  /** Whether the email lists the items, the amounts and the shipping address. */
  details: boolean;
  /** The label of the link to the order. */
  link: string;
}

const words = {
  confirmation: {
    subject: (number) => `Your order ${number}`,
    paragraphs: (order) =>
      hasEnded(order.money)
        ? ['Thank you for your order. It has since ended. Another email tells you how.']
        : [
            `Thank you for your order. We have it, and we are getting it ready. ${howItIsPaid(order.money)}`.trim(),
            ...whyPaid(order.money),
            ...arrives(order),
          ],
    details: true,
    link: 'How your order is doing',
  },
  payment_received: {
    subject: (number) => `Your payment for order ${number} has arrived`,
    paragraphs: (order) => [
      `We have received ${total(order)} for your order. Thank you; there is nothing more to pay.`,
      ...arrives(order),
    ],
    details: false,
    link: 'Your order',
  },
  payment_declined: {
    subject: (number, { money }) =>
      money.attempts.at(-1)?.status === 'declined'
        ? `The payment for your order ${number} was declined`
        : `Your order ${number} is not paid`,
    paragraphs: (order) => [
      `${whyUnpaid(order.money, `The payment of ${total(order)} was declined.`)} Your order is kept${keptUntil(order)}. You can pay it with another card and need not order again.`,
      ...earlierRefunds(order.money),
      ...requested(order.money, 'email'),
    ],
    details: false,
    link: 'Try another card, in the browser in which you ordered',
  },
  late_payment_taken: {
    subject: (number) => `Your payment for order ${number} came late, and your order is placed again`,
    paragraphs: (order) => [
      `Your payment of ${total(order)} came after your order had been cancelled, because it was not paid in time. Everything was still in stock, so we have placed your order again${hasEnded(order.money) ? '. It has since ended. Another email tells you how' : ' and are getting it ready'}.`,
      ...arrives(order),
    ],
    details: true,
    link: 'How your order is doing',
  },
  late_payment_returned: {
    subject: (number, { money }, event) =>
      isOfReserved(money, event)
        ? `Your payment for order ${number} came too late and was not taken`
        : `Your payment for order ${number} came too late and was refunded`,
    paragraphs: ({ money }, event) => [
      `Your payment came after your order had been cancelled. ${givenBack(money, event)}`,
      'The order stays cancelled. If you still want the items, please order them again.',
    ],
    details: false,
    link: 'Your order',
  },
  money_returned: {
    subject: (number, { money }, event) =>
      isOfReserved(money, event)
        ? `The amount reserved for your order ${number} is released`
        : `A refund for your order ${number}`,
    paragraphs: ({ money }, event) => [givenBack(money, event), ...inAll(money, event)],
    details: false,
    link: 'Your order',
  },
  refund_requested: {
    subject: (number, { money }) =>
      money.attempts.some(({ requestedMinor, isReserved }) => requestedMinor > 0 && !isReserved)
        ? `A refund for your order ${number} is requested`
        : `The amount reserved for your order ${number} will be released`,
    paragraphs: ({ money }) => requested(money, 'email'),
    details: false,
    link: 'Your order',
  },
  refund_failed: {
    subject: (number) => `A refund for your order ${number} could not be made`,
    paragraphs: () => [
      'A refund for your order has not reached your card. If an earlier email said that it was made, that is no longer true.',
    ],
    details: false,
    link: 'Your order',
  },
  payment_processing: {
    subject: (number) => `We have your order ${number}; your bank is processing the payment`,
    paragraphs: (order) => [
      `Thank you for your order. Your bank is processing the payment of ${total(order)}; this can take days. You need not do anything: we keep your items and write to you when the payment has arrived.`,
    ],
    details: true,
    link: 'How your order is doing',
  },
  refunded: {
    subject: (number, { money }) =>
      payingAttempt(money)?.isReserved
        ? `The amount reserved for your order ${number} is released`
        : `Your order ${number} is refunded`,
    paragraphs: ({ money }, event) => [
      // If the provider confirmed the refund within a moment, only this email reports the cancellation.
      ...(event.endedBy === 'shopper' ? [whyCancelled(event)] : []),
      ...(payingAttempt(money)?.isReserved
        ? [released(money, amountOf(money, event))]
        : [`${refunded(money, amountOf(money, event))} ${bankTakesTime}`, ...inAll(money, event)]),
    ],
    details: false,
    link: 'Your order',
  },
  cancelled: {
    subject: (number) => `Your order ${number} is cancelled`,
    paragraphs: ({ money }, event) => {
      const told = afterCancellation(money, 'email');
      return told.length + notMade(money).length > 0
        ? [`${whyCancelled(event)} Nothing is sent.`, ...told]
        : [`${whyCancelled(event)} Nothing is sent, and there is nothing to pay.`];
    },
    details: false,
    link: 'Your order',
  },
  fulfilled: {
    subject: (number) => `Your order ${number} is on its way`,
    paragraphs: (order) => [
      `Your parcel has left us and is on its way to you. ${howItIsPaid(order.money)}`.trim(),
      ...arrives(order),
    ],
    details: true,
    link: 'Your order',
  },
  order_link: {
    subject: (number) => `The link to your order ${number}`,
    paragraphs: () => [
      'Here is the link that you asked for. It shows your order in any browser, so share it only with people who may see your name and address. If you did not ask for it, you can ignore this email.',
    ],
    details: false,
    link: 'Your order',
  },
} satisfies Record<string, Words>;

export type EmailKind = keyof typeof words;

/** Writes an email as plain text: greeting, what happened, the order, the link. */
export function writeEmail(
  kind: EmailKind,
  given: EmailOrder,
  event: EmailEvent,
): { subject: string; body: string } {
  // All text that a shopper typed passes through here before any part of the email is written.
  const order = { ...given, shippingAddress: withoutLinks(given.shippingAddress) };
  const { subject, paragraphs, details, link }: Words = words[kind];
  const parts = [
    `Hello ${order.shippingAddress.name},`,
    ...paragraphs(order, event),
    // Every email mentions money that the shop should not hold.
    ...notMade(order.money),
    `Order ${order.number} of ${dayInWords(order.placedAt, order.timeZone)}`,
    ...(details ? [totalsTable(order), addressBlock(order.shippingAddress, order.countryName)] : []),
    `${link}:\n${order.url}`,
    'Once',
  ];
  return { subject: subject(order.number, order, event), body: `${parts.map(wrap).join('\n\n')}\n` };
}

const total = ({ totalMinor, currency }: EmailOrder): string => formatMoney(totalMinor, currency);

const arrives = ({ arrival }: EmailOrder): string[] => (arrival ? [`Estimated delivery: ${arrival}.`] : []);

/** An email may be written after its order has ended. */
const hasEnded = ({ status }: OrderMoney): boolean => status === 'cancelled' || status === 'refunded';

function howItIsPaid(money: OrderMoney): string {
  const isDue = money.attempts.some(({ method, status }) => method === 'invoice' && status === 'due');
  return isDue ? 'You pay by invoice after it has arrived.' : (howPaid(money) ?? '');
}

function keptUntil({ holdUntil }: EmailOrder): string {
  return holdUntil ? ` until ${clock(holdUntil)}` : '';
}

function whyCancelled({ endedBy }: EmailEvent): string {
  if (endedBy === 'shopper') return 'As you asked, we have cancelled your order.';
  if (endedBy === 'hold') {
    return 'We have cancelled your order, because it was not paid in time and its items are for sale again.';
  }
  // An order whose hold expired may have been paid since, and then has no `endedBy`.
  if (endedBy === undefined) return 'We have cancelled your order.';
  return 'We are sorry: we had to cancel your order.';
}

/** An event without an amount concerns the order's total. */
const amountOf = ({ totalMinor }: OrderMoney, { amountMinor = totalMinor }: EmailEvent): number =>
  amountMinor;

const isOfReserved = ({ attempts }: OrderMoney, event: EmailEvent): boolean =>
  attempts.some((one) => one.attempt === event.attempt && one.isReserved);

/** Text about a partial refund, or about a charge that the order did not need. */
const givenBack = (money: OrderMoney, event: EmailEvent): string =>
  isOfReserved(money, event)
    ? released(money, amountOf(money, event))
    : `${refunded(money, amountOf(money, event))} ${bankTakesTime}`;

const inAll = (money: OrderMoney, event: EmailEvent): string[] =>
  isOfReserved(money, event) ? [] : refundedInAll(money, amountOf(money, event));
