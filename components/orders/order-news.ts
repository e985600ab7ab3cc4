import { statusWords } from '#components/orders/status-words.ts';
import { formatMoney } from '#lib/money.ts';
import type { EndedBy, OrderView } from '#lib/orders/schema.ts';

/** What the page knows beside the order itself. */
export interface OrderFacts {
  /** Why the last card was refused, as a sentence. */
  decline: string;
  /** How the order ended; undefined while it hasn't. */
  endedBy: EndedBy | undefined;
}

/** The element that says it: it takes the focus when a card was declined again. */
export const orderNewsId = 'order-news';

type Payment = OrderView['payments'][number];

/** The payment that waits for the shopper at their bank, with the bank's address. */
export function atTheBank({ payments }: OrderView): string | undefined {
  const last = payments.at(-1);
  return last?.status === 'requires_action' ? last.actionUrl : undefined;
}

/** What becomes of the money of an order that its owner cancels. */
export function moneyOnCancel(order: OrderView): string {
  const payment = mainPayment(order);
  if (!payment || order.status !== 'paid') return 'There will be nothing to pay.';
  const amount = money(order, payment.amountMinor - payment.refundedMinor);
  return payment.status === 'authorized'
    ? `The ${amount} reserved on your card is released.`
    : `A refund of ${amount} is requested, to the card that you paid with.`;
}

/** Where the order stands and why, in sentences for its owner: the first one is the news. */
export function orderNews(order: OrderView, { decline, endedBy }: OrderFacts): string[] {
  const { status } = order;
  switch (status) {
    case 'payment_pending':
      return atTheBank(order)
        ? ['Your bank wants you to confirm this payment. Nothing is charged before you have.']
        : [statusWords(status).sentence];
    case 'payment_unknown':
      return [statusWords(status).sentence, 'This page shows it as soon as we know.'];
    case 'payment_declined':
      return [`${decline} Nothing was charged, and your order is kept.`];
    case 'paid':
      return [...paidBy(order), ...refunds(order)];
    case 'fulfilled':
      return [statusWords(status).sentence, ...refunds(order)];
    case 'cancelled':
      return cancelled(order, endedBy);
    case 'refunded': {
      const amount = money(order, sumOfRefunds(order.payments));
      return [
        endedBy === 'shopper'
          ? `You cancelled this order, and ${amount} was refunded to the card that you paid with.`
          : `${amount}, all that you paid for this order, was refunded to the card that you paid with.`,
        bankTakesTime,
      ];
    }
    default:
      return [statusWords(status).sentence];
  }
}

const bankTakesTime = 'It can take your bank some days to show it.';

function paidBy(order: OrderView): string[] {
  const payment = mainPayment(order);
  if (payment?.method !== 'card') return [statusWords('paid').sentence];
  const amount = money(order, payment.amountMinor);
  return payment.status === 'authorized'
    ? [`${amount} is reserved on your card, and charged when your parcel leaves us.`]
    : [`${amount} is paid by card, and we are getting your order ready.`];
}

/** Parts of what was paid, and charges of earlier attempts that came too late to be needed. */
function refunds(order: OrderView): string[] {
  const main = mainPayment(order);
  const part = main?.refundedMinor ?? 0;
  const late = sumOfRefunds(order.payments.filter((payment) => payment !== main));
  return [
    ...(part > 0 ? [`${money(order, part)} of it was refunded. ${bankTakesTime}`] : []),
    ...(late > 0
      ? [
          `An earlier attempt was charged late, and its ${money(order, late)} was refunded. You pay this order once.`,
        ]
      : []),
    ...requested(order),
  ];
}

/** What the provider has not confirmed is not called refunded. */
function requested(order: OrderView): string[] {
  const { refundRequestedMinor } = order;
  return refundRequestedMinor > 0
    ? [
        `A refund of ${money(order, refundRequestedMinor)} is requested. This page shows when it is confirmed.`,
      ]
    : [];
}

function cancelled(order: OrderView, endedBy: EndedBy | undefined): string[] {
  const late = sumOfRefunds(order.payments);
  const why = whyCancelled[endedBy ?? 'shopper'];
  // Money that came after the hold pays the order again, if what it needs was still there.
  const meanwhile = endedBy === 'hold' ? ', when what you ordered was sold out' : '';
  if (late > 0) {
    const came = `Your payment of ${money(order, late)} came after that${meanwhile}.`;
    return [why, `${came} It was refunded. ${bankTakesTime}`, ...requested(order)];
  }
  if (order.refundRequestedMinor > 0) return [why, ...requested(order)];
  const held = order.payments.find(({ status }) => status === 'succeeded' || status === 'returning');
  if (!held) return [`${why} Nothing is sent, and there is nothing to pay.`];
  const amount = money(order, held.amountMinor);
  return [why, `Your refund of ${amount} could not be made yet. We know of it and will see to it.`];
}

const whyCancelled: Record<EndedBy, string> = {
  hold: 'This order is cancelled. It was not paid in time, and its items are for sale again.',
  operator: 'This order is cancelled. We are sorry: we had to cancel it.',
  provider: 'This order is cancelled. We are sorry: we had to cancel it.',
  shopper: 'This order is cancelled.',
};

const mainPayment = ({ payments }: OrderView): Payment | undefined =>
  payments.findLast(({ status }) => ['succeeded', 'authorized', 'due'].includes(status));

const sumOfRefunds = (payments: readonly Payment[]): number =>
  payments.reduce((sum, { refundedMinor }) => sum + refundedMinor, 0);

const money = ({ currency }: OrderView, minor: number): string => formatMoney(minor, currency);
