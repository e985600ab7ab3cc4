import { addressBlock, clock, day, totalsTable, wrap } from '#lib/notifications/email/layout.ts';
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
import type { ShippingAddress } from '#lib/shipping/shipping-address.ts';

/** What a mail is written from: the order as it is when it is written. */
export interface EmailOrder {
  number: string;
  currency: string;
  subtotalMinor: number;
  shippingMinor: number;
  taxMinor: number;
  discountMinor: number;
  totalMinor: number;
  shippingAddress: ShippingAddress;
  placedAt: Date;
  /** Until when an unpaid order keeps its stock; null when it doesn't wait for a payment. */
  holdUntil: Date | null;
  lines: { title: string; quantity: number; unitPriceMinor: number }[];
  money: OrderMoney;
  /** The order's page, with what shows it in any browser. */
  url: string;
}

/** What happened, as far as a mail says it. */
export interface EmailEvent {
  /** How the order ended, once it has. */
  endedBy: CancellationSource | undefined;
  /** The money that this very event is about, where it is about any. */
  amountMinor: number | undefined;
  /** The attempt whose refund this very event is about. */
  attempt: number | undefined;
  /** Why, in words for operators. */
  reason: string;
}

interface Words {
  subject: (number: string, order: EmailOrder, event: EmailEvent) => string;
  /** What happened and what happens next, a paragraph each. */
  paragraphs: (order: EmailOrder, event: EmailEvent) => string[];
  /** Whether the mail lists what was ordered, what it costs and where it goes. */
  details: boolean;
  /** What the link to the order is for. */
  link: string;
}

const words = {
  confirmation: {
    subject: (number) => `Your order ${number}`,
    paragraphs: ({ money }) =>
      hasEnded(money)
        ? ['Thank you for your order. It has ended by now: another email says how.']
        : [
            `Thank you for your order. We have it, and we are getting it ready. ${howItIsPaid(money)}`.trim(),
            ...whyPaid(money),
          ],
    details: true,
    link: 'How your order is doing',
  },
  payment_received: {
    subject: (number) => `Your payment for order ${number} has arrived`,
    paragraphs: (order) => [
      `We have received ${total(order)} for your order. Thank you; there is nothing more to pay.`,
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
      `${whyUnpaid(order.money, `The payment of ${total(order)} was declined.`)} Your order is kept${keptUntil(order)}: you can pay it with another card, and need not order again.`,
      ...earlierRefunds(order.money),
      ...requested(order.money, 'email'),
    ],
    details: false,
    link: 'Try another card, in the browser in which you ordered',
  },
  late_payment_taken: {
    subject: (number) => `Your payment for order ${number} came late, and your order is placed again`,
    paragraphs: (order) => [
      `Your payment of ${total(order)} came after your order had been cancelled, because it was not paid in time. Everything was still there, so we have taken your order up again${hasEnded(order.money) ? '. It has ended by now: another email says how' : ' and are getting it ready'}.`,
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
        : `The amount reserved for your order ${number} is to be released`,
    paragraphs: ({ money }) => requested(money, 'email'),
    details: false,
    link: 'Your order',
  },
  refund_failed: {
    subject: (number) => `A refund for your order ${number} could not be made`,
    paragraphs: () => [
      'A refund for your order has not reached your card. If an earlier email said that it was made, that is so no longer.',
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
      // The request was told by this email alone, if the provider confirmed it within a moment.
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
    paragraphs: ({ money }) => [
      `Your parcel has left us and is on its way to you. ${howItIsPaid(money)}`.trim(),
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

/** A mail as plain text: who, what happened, which order, where to look. */
export function writeEmail(
  kind: EmailKind,
  given: EmailOrder,
  event: EmailEvent,
): { subject: string; body: string } {
  // Everything that a shopper typed passes here, before any part of the email is written from it.
  const order = { ...given, shippingAddress: withoutLinks(given.shippingAddress) };
  const { subject, paragraphs, details, link }: Words = words[kind];
  const parts = [
    `Hello ${order.shippingAddress.name},`,
    ...paragraphs(order, event),
    // Whatever an email is about, it never leaves out money that should not be with the shop.
    ...notMade(order.money),
    `Order ${order.number} of ${day(order.placedAt)}`,
    ...(details ? [totalsTable(order), addressBlock(order.shippingAddress)] : []),
    `${link}:\n${order.url}`,
    'Once',
  ];
  return { subject: subject(order.number, order, event), body: `${parts.map(wrap).join('\n\n')}\n` };
}

const total = ({ totalMinor, currency }: EmailOrder): string => formatMoney(totalMinor, currency);

/** An email may be written when its order has been cancelled already. */
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
  // One whose hold was over may be paid again by now, and has no end any more.
  if (endedBy === undefined) return 'We have cancelled your order.';
  return 'We are sorry: we had to cancel your order.';
}

/** Of an event without an amount, it is the order's. */
const amountOf = ({ totalMinor }: OrderMoney, { amountMinor = totalMinor }: EmailEvent): number =>
  amountMinor;

const isOfReserved = ({ attempts }: OrderMoney, event: EmailEvent): boolean =>
  attempts.some((one) => one.attempt === event.attempt && one.isReserved);

/** A part of what was paid, or a charge that the order did not need. */
const givenBack = (money: OrderMoney, event: EmailEvent): string =>
  isOfReserved(money, event)
    ? released(money, amountOf(money, event))
    : `${refunded(money, amountOf(money, event))} ${bankTakesTime}`;

const inAll = (money: OrderMoney, event: EmailEvent): string[] =>
  isOfReserved(money, event) ? [] : refundedInAll(money, amountOf(money, event));
