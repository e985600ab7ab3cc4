import type { ShippingAddress } from '#lib/checkout/shipping-address.ts';
import { addressBlock, clock, day, totalsTable, wrap } from '#lib/mail/layout.ts';
import { withoutLinks } from '#lib/mail/without-links.ts';
import { formatMoney } from '#lib/money.ts';

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
  payments: { method: string; status: string; refundedMinor: number }[];
  /** The order's page, with what shows it in any browser. */
  url: string;
}

/** What happened, as far as a mail says it. */
export interface MailEvent {
  actor: string;
  /** The amount that this very event gives back, where it does. */
  returnedMinor: number | undefined;
}

interface Words {
  subject: (number: string) => string;
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
    paragraphs: (order) => [
      `Thank you for your order. We have it, and we are getting it ready. ${howItIsPaid(order)}`,
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
    subject: (number) => `The payment for your order ${number} was declined`,
    paragraphs: (order) => [
      `The payment of ${total(order)} was declined, and nothing was charged. Your order is kept${keptUntil(order)}: you can pay it with another card, and need not order again.`,
    ],
    details: false,
    link: 'Try another card, in the browser in which you ordered',
  },
  late_payment_taken: {
    subject: (number) => `Your payment for order ${number} came late, and your order is made`,
    paragraphs: (order) => [
      `Your payment of ${total(order)} came after your order had been cancelled, because it was not paid in time. Everything was still there, so we have taken your order up again and are getting it ready.`,
    ],
    details: true,
    link: 'How your order is doing',
  },
  late_payment_returned: {
    subject: (number) => `Your payment for order ${number} came too late and goes back to you`,
    paragraphs: (order, event) => [
      `Your payment came after your order had been cancelled. ${amountReturned(order, event)}`,
      'The order stays cancelled. If you still want the things, please order them again.',
    ],
    details: false,
    link: 'Your order',
  },
  money_returned: {
    subject: (number) => `Money for your order ${number} goes back to you`,
    paragraphs: (order, event) => [amountReturned(order, event), ...returnedSoFar(order, event)],
    details: false,
    link: 'Your order',
  },
  refunded: {
    subject: (number) => `Your order ${number} is refunded`,
    paragraphs: (order) => [
      `We are giving back ${total(order)}, all that you paid for this order. It can take your bank some days to show it.`,
    ],
    details: false,
    link: 'Your order',
  },
  cancelled: {
    subject: (number) => `Your order ${number} is cancelled`,
    paragraphs: (_order, { actor }) => [
      `${whyCancelled(actor)} Nothing is sent, and there is nothing to pay.`,
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
  return { subject: subject(order.number), body: `${parts.map(wrap).join('\n\n')}\n` };
}

const total = ({ totalMinor, currency }: MailOrder): string => formatMoney(totalMinor, currency);

function howItIsPaid(order: MailOrder): string {
  const last = order.payments.at(-1);
  if (last?.method === 'invoice') {
    return last.status === 'due' ? 'You pay by invoice after it has arrived.' : '';
  }
  if (last?.status === 'authorized') {
    return `${total(order)} is reserved on your card, and charged when your parcel leaves us.`;
  }
  return `You have paid ${total(order)} by card.`;
}

function keptUntil({ holdUntil }: MailOrder): string {
  return holdUntil ? ` until ${clock(holdUntil)}` : '';
}

function whyCancelled(actor: string): string {
  if (actor === 'shopper') return 'As you asked, we have cancelled your order.';
  if (actor === 'job:expire_holds') {
    return 'We have cancelled your order, because it was not paid in time and others wait for the things it held.';
  }
  return 'We are sorry: we had to cancel your order.';
}

function amountReturned({ currency }: MailOrder, { returnedMinor }: MailEvent): string {
  const amount = returnedMinor === undefined ? 'The money' : formatMoney(returnedMinor, currency);
  return `${amount} goes back to you, the way it came. It can take your bank some days to show it.`;
}

function returnedSoFar({ payments, currency }: MailOrder, { returnedMinor }: MailEvent): string[] {
  const sum = payments.reduce((all, { refundedMinor }) => all + refundedMinor, 0);
  return sum === 0 || sum === returnedMinor
    ? []
    : [`With this, ${formatMoney(sum, currency)} of this order has been given back.`];
}
