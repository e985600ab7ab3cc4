import { statusWords } from '#components/orders/status-words.ts';
import { formatMoney } from '#lib/money.ts';
import type { OrderMoney } from '#lib/orders/order-money.ts';
import type { EndedBy, OrderView } from '#lib/orders/schema.ts';

/** What the page knows beside the order itself. */
export interface OrderFacts extends OrderMoney {
  /** Why the last card was refused, as a sentence. */
  decline: string;
}

/** The element that says it: it takes the focus when a card was declined again. */
export const orderNewsId = 'order-news';

type Payment = OrderView['payments'][number];

/** The payment that waits for the shopper at their bank, with the bank's address. */
export function atTheBank({ payments }: OrderView): string | undefined {
  const last = payments.at(-1);
  return last?.status === 'requires_action' ? last.actionUrl : undefined;
}

/** What becomes of the money of an order that its owner cancels: what is refunded or requested is not requested again. */
export function moneyOnCancel(order: OrderView, facts: OrderMoney): string {
  const payment = mainPayment(order, facts);
  const others = keptOf(unneededPayments(order, facts), facts);
  if (!payment || order.status !== 'paid') {
    return others > 0 ? refundOf(order, others) : 'There will be nothing to pay.';
  }
  const { requestedMinor = 0, lostMinor = 0 } = chargeOf(payment, facts) ?? {};
  const left = payment.amountMinor - payment.refundedMinor - requestedMinor - lostMinor + others;
  if (left < 1) return 'The refund of what you paid is requested already.';
  return payment.status === 'authorized' && others < 1
    ? `The ${money(order, left)} reserved on your card is released.`
    : refundOf(order, left);
}

const refundOf = (order: OrderView, minor: number): string =>
  `A refund of ${money(order, minor)} is requested, to the card that you paid with.`;

/** Where the order stands and why, in sentences for its owner: the first one is the news. */
export function orderNews(order: OrderView, facts: OrderFacts): string[] {
  const { status } = order;
  switch (status) {
    case 'payment_pending':
      return [
        atTheBank(order)
          ? 'Your bank wants you to confirm this payment. Nothing is charged by it before you have.'
          : statusWords(status).sentence,
        ...owed(order, facts),
      ];
    case 'payment_unknown':
      return [statusWords(status).sentence, 'This page shows it as soon as we know.', ...owed(order, facts)];
    case 'payment_declined':
      return declined(order, facts);
    case 'paid':
      return [...paidBy(order, facts), ...refunds(order, facts)];
    case 'fulfilled':
      return [statusWords(status).sentence, ...refunds(order, facts)];
    case 'cancelled':
      return cancelled(order, facts);
    case 'refunded':
      return refunded(order, facts);
    default:
      return [statusWords(status).sentence, ...owed(order, facts)];
  }
}

const bankTakesTime = 'It can take your bank some days to show it.';

/** The last card may have been charged, and its money be back before the order had it. */
function declined(order: OrderView, facts: OrderFacts): string[] {
  const last = order.payments.at(-1);
  const amount = money(order, last?.amountMinor ?? order.totalMinor);
  if (last?.status === 'refunded') {
    return [
      `Your card was charged, and the ${amount} was refunded. Your order is kept, and is not paid.`,
      bankTakesTime,
    ];
  }
  if (last?.status === 'voided') {
    return [
      `The ${amount} reserved on your card was released, and nothing was charged. Your order is kept, and is not paid.`,
    ];
  }
  const earlier = sumOfRefunds(order.payments);
  return [
    whyDeclined(last, owed(order, facts).length > 0, facts),
    ...(earlier > 0
      ? [`An earlier attempt was charged, and its ${money(order, earlier)} was refunded. ${bankTakesTime}`]
      : []),
    ...owed(order, facts),
  ];
}

/** The last card may hold money that is to go back; or an earlier one, beside which nobody says that nothing was charged. */
function whyDeclined(last: Payment | undefined, isMoneyOwed: boolean, { decline }: OrderFacts): string {
  if (last?.status === 'returning' || last?.status === 'succeeded') {
    return 'Your card was charged. Your order is kept, and is not paid.';
  }
  return isMoneyOwed
    ? `${decline} Your order is kept, and is not paid.`
    : `${decline} Nothing was charged, and your order is kept.`;
}

function paidBy(order: OrderView, facts: OrderFacts): string[] {
  const payment = mainPayment(order, facts);
  if (payment?.method !== 'card') return [statusWords('paid').sentence];
  const amount = money(order, payment.amountMinor);
  return payment.status === 'authorized'
    ? [`${amount} is reserved on your card, and charged when your parcel leaves us.`]
    : [`${amount} is paid by card, and we are getting your order ready.`];
}

/** Parts of what was paid, and charges of other attempts that were not needed. */
function refunds(order: OrderView, facts: OrderFacts): string[] {
  const main = mainPayment(order, facts);
  return [
    ...partOf(order, main),
    ...notNeeded(
      order,
      order.payments.filter((payment) => payment !== main),
      facts,
    ),
    ...owed(order, facts),
  ];
}

/** What is on its way back, and what should be: charges that the order does not need. */
function owed(order: OrderView, facts: OrderFacts): string[] {
  return [...requested(order, facts), ...notMade(order, unneededPayments(order, facts), facts)];
}

function partOf(order: OrderView, payment: Payment | undefined): string[] {
  const part = payment?.refundedMinor ?? 0;
  return part > 0 ? [`${money(order, part)} of your payment was refunded. ${bankTakesTime}`] : [];
}

function notNeeded(order: OrderView, others: readonly Payment[], facts: OrderFacts): string[] {
  const back = sumOfRefunds(others.filter((payment) => isCaptured(payment, facts)));
  return back > 0
    ? [
        `Another attempt was charged, too, and its ${money(order, back)} was refunded. You pay this order once.`,
      ]
    : [];
}

/** What the provider has not confirmed is not called refunded, nor released. */
function requested(order: OrderView, facts: OrderFacts): string[] {
  if (order.refundRequestedMinor < 1) return [];
  const amount = money(order, order.refundRequestedMinor);
  const returning = order.payments.find(({ status }) => status === 'returning');
  const what = isReserved(returning, facts)
    ? `We have asked for the ${amount} reserved on your card to be released.`
    : `A refund of ${amount} is requested.`;
  return [`${what} This page shows when it is confirmed.`];
}

function cancelled(order: OrderView, facts: OrderFacts): string[] {
  const paid = paidPayment(order, facts);
  const told = [
    ...partOf(order, paid),
    ...unneeded(order, facts),
    ...requested(order, facts),
    ...notMade(order, order.payments, facts),
  ];
  const why = whyCancelled[facts.endedBy ?? 'shopper'];
  return told.length > 0 ? [why, ...told] : [`${why} Nothing is sent, and there is nothing to pay.`];
}

/** Charges that did not pay the cancelled order, and that are refunded. */
function unneeded(order: OrderView, facts: OrderFacts): string[] {
  const others = order.payments.filter(({ attempt }) => attempt !== facts.paidAttempt);
  const back = sumOfRefunds(others);
  if (back < 1) return [];
  const amount = money(order, back);
  // Money that came after the hold pays the order again, if what it needs was still there.
  const meanwhile = facts.endedBy === 'hold' ? ', when what you ordered was sold out' : '';
  const came = facts.cameLate ? `Your payment of ${amount} came after that${meanwhile}. ` : '';
  if (!others.some((payment) => isCaptured(payment, facts))) {
    return [`${came}Nothing was charged: the ${amount} reserved on your card is released.`];
  }
  return [`${came || `Your card was charged ${amount} before that. `}It was refunded. ${bankTakesTime}`];
}

/** What the provider keeps of payments that no order needs. */
function notMade(order: OrderView, payments: readonly Payment[], facts: OrderFacts): string[] {
  const kept = keptOf(payments, facts);
  if (kept < 1) return [];
  const amount = money(order, kept);
  return payments.some((payment) => chargeOf(payment, facts)?.isDisputed)
    ? [
        `Your refund of ${amount} could not be made, because your bank disputes the payment. Your bank tells you what becomes of it.`,
      ]
    : [`Your refund of ${amount} could not be made yet. We know of it and will see to it.`];
}

const whyCancelled: Record<EndedBy, string> = {
  hold: 'This order is cancelled. It was not paid in time, and its items are for sale again.',
  operator: 'This order is cancelled. We are sorry: we had to cancel it.',
  provider: 'This order is cancelled. We are sorry: we had to cancel it.',
  shopper: 'This order is cancelled.',
};

function refunded(order: OrderView, facts: OrderFacts): string[] {
  const paid = paidPayment(order, facts);
  const amount = money(order, paid?.refundedMinor ?? sumOfRefunds(order.payments));
  const others = order.payments.filter((payment) => payment !== paid);
  const more = [...(paid ? notNeeded(order, others, facts) : []), ...owed(order, facts)];
  const byShopper = facts.endedBy === 'shopper';
  if (isReserved(paid, facts)) {
    const nothing = byShopper ? 'You cancelled this order, and nothing' : 'Nothing';
    return [`${nothing} was charged. The ${amount} reserved on your card is released.`, ...more];
  }
  return [
    byShopper
      ? `You cancelled this order, and ${amount} was refunded to the card that you paid with.`
      : `${amount}, all that you paid for this order, was refunded to the card that you paid with.`,
    bankTakesTime,
    ...more,
  ];
}

/** The payment that paid the order, also after its money went back. */
const paidPayment = ({ payments }: OrderView, { paidAttempt }: OrderMoney): Payment | undefined =>
  payments.find(({ attempt }) => attempt === paidAttempt);

/** An invoice pays an order as well. */
const mainPayment = (order: OrderView, facts: OrderMoney): Payment | undefined =>
  paidPayment(order, facts) ??
  order.payments.findLast(({ status }) => ['succeeded', 'authorized', 'due'].includes(status));

/** Payments of other attempts than the one that pays the order: all of their money is the shopper's. */
const unneededPayments = ({ payments }: OrderView, { paidAttempt }: OrderMoney): Payment[] =>
  payments.filter(({ attempt }) => attempt !== paidAttempt);

const chargeOf = ({ attempt }: Payment, { charges }: OrderMoney) =>
  charges.find((charge) => charge.attempt === attempt);

const isCaptured = (payment: Payment, facts: OrderMoney): boolean =>
  (chargeOf(payment, facts)?.capturedMinor ?? 0) > 0;

/** Its amount was reserved on the card, and never taken. */
export const isReserved = (payment: Payment | undefined, facts: OrderMoney): boolean =>
  payment?.method === 'card' && !isCaptured(payment, facts);

/** What the provider took of these, and is neither refunded nor about to be, nor lost to a bank. */
function keptOf(payments: readonly Payment[], facts: OrderMoney): number {
  const held = payments.filter(({ status }) => status === 'succeeded' || status === 'returning');
  return held.reduce((sum, payment) => sum + leftOf(payment, facts), 0);
}

function leftOf(payment: Payment, facts: OrderMoney): number {
  const { capturedMinor = 0, requestedMinor = 0, lostMinor = 0 } = chargeOf(payment, facts) ?? {};
  return Math.max(0, capturedMinor - payment.refundedMinor - requestedMinor - lostMinor);
}

/** Charged, and no order has a right to it. */
export const isOwed = (payment: Payment, facts: OrderMoney): boolean =>
  payment.attempt !== facts.paidAttempt && keptOf([payment], facts) > 0;

const sumOfRefunds = (payments: readonly Payment[]): number =>
  payments.reduce((sum, { refundedMinor }) => sum + refundedMinor, 0);

const money = ({ currency }: OrderView, minor: number): string => formatMoney(minor, currency);
