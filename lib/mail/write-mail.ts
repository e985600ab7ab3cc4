import type { ShippingAddress } from '#lib/checkout/shipping-address.ts';
import { addressBlock, clock, day, totalsTable, wrap } from '#lib/mail/layout.ts';
import { withoutLinks } from '#lib/mail/without-links.ts';
import { formatMoney } from '#lib/money.ts';
import type { EndedBy } from '#lib/orders/schema.ts';

/** What a mail is written from: the order as it is when it is written. */
export interface MailOrder {
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
  payments: MailPayment[];
  /** The order's page, with what shows it in any browser. */
  url: string;
}

export interface MailPayment {
  method: string;
  status: string;
  /** What the provider took. Of an amount that is only reserved, nothing. */
  capturedMinor: number;
  refundedMinor: number;
  /** Whether it is the one that paid the order, also after its money went back. */
  pays: boolean;
}

/** What happened, as far as a mail says it. */
export interface MailEvent {
  /** How the order ended, once it has. */
  endedBy: EndedBy | undefined;
  /** The money that this very event is about, where it is about any. */
  amountMinor: number | undefined;
  /** Whether the provider has said since that it does not pay a refund. */
  refundFailed: boolean;
  /** Why, in words for operators. */
  reason: string;
}

interface Words {
  subject: (number: string, order: MailOrder) => string;
  /** What happened and what happens next, a paragraph each. */
  paragraphs: (order: MailOrder, event: MailEvent) => string[];
  /** Whether the mail lists what was ordered, what it costs and where it goes. */
  details: boolean;
  /** What the link to the order is for. */
  link: string;
}

const words = {
  confirmation: {
    subject: (number) => `Your order ${number}`,
    paragraphs: (order, { refundFailed }) => [
      `Thank you for your order. We have it, and we are getting it ready. ${howItIsPaid(order)}`,
      ...(refundFailed ? ['The refund of it could not be made, so this payment pays your order.'] : []),
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
    subject: (number, order) =>
      isBack(order)
        ? `Your order ${number} is not paid`
        : `The payment for your order ${number} was declined`,
    paragraphs: (order) => [
      `${whyUnpaid(order)} Your order is kept${keptUntil(order)}: you can pay it with another card, and need not order again.`,
    ],
    details: false,
    link: 'Try another card, in the browser in which you ordered',
  },
  late_payment_taken: {
    subject: (number) => `Your payment for order ${number} came late, and your order is placed again`,
    paragraphs: (order) => [
      `Your payment of ${total(order)} came after your order had been cancelled, because it was not paid in time. Everything was still there, so we have taken your order up again and are getting it ready.`,
    ],
    details: true,
    link: 'How your order is doing',
  },
  late_payment_returned: {
    subject: (number, order) =>
      order.payments.some(isReleased)
        ? `Your payment for order ${number} came too late and was not taken`
        : `Your payment for order ${number} came too late and was refunded`,
    paragraphs: (order, event) => [
      `Your payment came after your order had been cancelled. ${givenBack(order, event)}`,
      'The order stays cancelled. If you still want the items, please order them again.',
    ],
    details: false,
    link: 'Your order',
  },
  money_returned: {
    subject: (number) => `A refund for your order ${number}`,
    paragraphs: (order, event) => [givenBack(order, event), ...refundedSoFar(order, event)],
    details: false,
    link: 'Your order',
  },
  refund_requested: {
    subject: (number) => `A refund for your order ${number} is requested`,
    paragraphs: (order, event) => [requested(order, event)],
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
    subject: (number, order) =>
      isReserved(paying(order))
        ? `The amount reserved for your order ${number} is released`
        : `Your order ${number} is refunded`,
    paragraphs: (order, event) => [
      // The request was told by this email alone, if the provider confirmed it within a moment.
      ...(event.endedBy === 'shopper' ? [whyCancelled(event)] : []),
      ...(isReserved(paying(order))
        ? [released(order, event)]
        : [refunded(order, event), ...refundedSoFar(order, event)]),
    ],
    details: false,
    link: 'Your order',
  },
  cancelled: {
    subject: (number) => `Your order ${number} is cancelled`,
    paragraphs: (order, event) => [
      event.amountMinor === undefined
        ? `${whyCancelled(event)} Nothing is sent, and there is nothing to pay.`
        : `${whyCancelled(event)} Nothing is sent. ${requested(order, event)}`,
    ],
    details: false,
    link: 'Your order',
  },
  fulfilled: {
    subject: (number) => `Your order ${number} is on its way`,
    paragraphs: (order) => [`Your parcel has left us and is on its way to you. ${howItIsPaid(order)}`.trim()],
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

export type MailKind = keyof typeof words;

/** A mail as plain text: who, what happened, which order, where to look. */
export function writeMail(
  kind: MailKind,
  given: MailOrder,
  event: MailEvent,
): { subject: string; body: string } {
  // Everything that a shopper typed passes here, before any part of the email is written from it.
  const order = { ...given, shippingAddress: withoutLinks(given.shippingAddress) };
  const { subject, paragraphs, details, link }: Words = words[kind];
  const parts = [
    `Hello ${order.shippingAddress.name},`,
    ...paragraphs(order, event),
    `Order ${order.number} of ${day(order.placedAt)}`,
    ...(details ? [totalsTable(order), addressBlock(order.shippingAddress)] : []),
    `${link}:\n${order.url}`,
    'Once',
  ];
  return { subject: subject(order.number, order), body: `${parts.map(wrap).join('\n\n')}\n` };
}

const total = ({ totalMinor, currency }: MailOrder): string => formatMoney(totalMinor, currency);

/** The payment that paid the order, also after its money went back. */
const paying = ({ payments }: MailOrder): MailPayment | undefined => payments.find(({ pays }) => pays);

/** Its amount was reserved on the card, and nothing of it was taken. */
const isReserved = (payment: MailPayment | undefined): boolean =>
  payment?.method === 'card' && payment.capturedMinor === 0;

/** It was reserved for an order that did not need it, and the provider has called it off. */
const isReleased = (payment: MailPayment): boolean => isReserved(payment) && payment.refundedMinor > 0;

/** The last card had money for the order, and the order does not have it. */
const isBack = ({ payments }: MailOrder): boolean =>
  ['returning', 'refunded', 'voided'].includes(payments.at(-1)?.status ?? '');

function whyUnpaid(order: MailOrder): string {
  const status = order.payments.at(-1)?.status;
  if (status === 'returning') return 'Your card was charged, and a refund is requested.';
  if (status === 'refunded') return `Your card was charged, and the ${total(order)} was refunded.`;
  if (status === 'voided') {
    return `The ${total(order)} reserved on your card was released, and nothing was charged.`;
  }
  const isHeld = order.payments.some(({ capturedMinor, refundedMinor }) => capturedMinor > refundedMinor);
  const nothing = isHeld ? '' : ', and nothing was charged';
  return `The payment of ${total(order)} was declined${nothing}.`;
}

function howItIsPaid(order: MailOrder): string {
  const payment = paying(order) ?? order.payments.at(-1);
  if (payment?.method === 'invoice') {
    return payment.status === 'due' ? 'You pay by invoice after it has arrived.' : '';
  }
  if (payment?.status === 'authorized') {
    return `${total(order)} is reserved on your card, and charged when your parcel leaves us.`;
  }
  return isReserved(payment)
    ? `${total(order)} was reserved on your card.`
    : `You have paid ${total(order)} by card.`;
}

function keptUntil({ holdUntil }: MailOrder): string {
  return holdUntil ? ` until ${clock(holdUntil)}` : '';
}

function whyCancelled({ endedBy }: MailEvent): string {
  if (endedBy === 'shopper') return 'As you asked, we have cancelled your order.';
  if (endedBy === 'hold') {
    return 'We have cancelled your order, because it was not paid in time and its items are for sale again.';
  }
  // One whose hold was over may be paid again by now, and has no end any more.
  if (endedBy === undefined) return 'We have cancelled your order.';
  return 'We are sorry: we had to cancel your order.';
}

/** Of an event without an amount, it is the order's. */
const amountOf = (
  { currency, totalMinor }: MailOrder,
  { amountMinor = totalMinor }: Pick<MailEvent, 'amountMinor'>,
): string => formatMoney(amountMinor, currency);

/** The provider has confirmed it. */
function refunded(order: MailOrder, event: MailEvent): string {
  return `${amountOf(order, event)} was refunded to the card that you paid with. It can take your bank some days to show it.`;
}

function released(order: MailOrder, event: MailEvent): string {
  return `Nothing was charged, and the ${amountOf(order, event)} reserved on your card is released.`;
}

/** A part of what was paid, or a charge that the order did not need. */
function givenBack(order: MailOrder, event: MailEvent): string {
  const isThis = (payment: MailPayment) => isReleased(payment) && payment.refundedMinor === event.amountMinor;
  return order.payments.some(isThis) ? released(order, event) : refunded(order, event);
}

/** Nothing is promised before the provider has confirmed. */
function requested(order: MailOrder, event: MailEvent): string {
  const amount = amountOf(order, event);
  if (event.refundFailed) {
    return `Your refund of ${amount} could not be made yet. We know of it and will see to it.`;
  }
  const returning = order.payments.find(({ status }) => status === 'returning');
  const what = isReserved(returning ?? paying(order))
    ? `asked for the ${amount} reserved on your card to be released`
    : `requested a refund of ${amount} to the card that you paid with`;
  return `We have ${what}, and write to you when it is confirmed.`;
}

function refundedSoFar(order: MailOrder, { amountMinor }: MailEvent): string[] {
  const sum = order.payments
    .filter((payment) => !isReserved(payment))
    .reduce((all, { refundedMinor }) => all + refundedMinor, 0);
  return sum === 0 || sum === amountMinor
    ? []
    : [`With this, ${amountOf(order, { amountMinor: sum })} of this order was refunded in all.`];
}
