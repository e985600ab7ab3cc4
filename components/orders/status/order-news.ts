import { statusWords } from '#components/orders/status/status-words.ts';
import {
  afterCancellation,
  bankTakesTime,
  dispute,
  earlierRefunds,
  howPaid,
  isDisputed,
  notMade,
  notNeeded,
  partRefunded,
  payingAttempt,
  refunded,
  released,
  requested,
  whyPaid,
  whyUnpaid,
} from '#lib/orders/money/money-sentences.ts';
import type { OrderMoney } from '#lib/orders/money/order-money.ts';
import type { CancellationSource, OrderView } from '#lib/orders/schema.ts';

/** What the page knows in addition to the order itself. */
export interface OrderFacts extends OrderMoney {
  /** Why the last card was declined, as a sentence. */
  decline: string;
}

/** The element with the news. It takes the focus when a card was declined again. */
export const orderNewsId = 'order-news';

/** Returns the bank's URL if the last payment waits for the shopper to confirm it there. */
export function atTheBank({ payments }: OrderView): string | undefined {
  const last = payments.at(-1);
  return last?.status === 'requires_action' ? last.actionUrl : undefined;
}

/**
 * Describes the order's status and its reason, in sentences for its owner; the most important comes
 * first.
 */
export function orderNews(order: OrderView, facts: OrderFacts): string[] {
  const { sentence } = statusWords(order.status);
  switch (order.status) {
    case 'payment_pending':
      return [
        atTheBank(order)
          ? 'Your bank wants you to confirm this payment. Nothing is charged until you do.'
          : sentence,
        ...owed(facts),
      ];
    case 'payment_unknown':
      return [sentence, 'This page shows it as soon as we know.', ...owed(facts)];
    case 'payment_declined':
      return [
        `${whyUnpaid(facts, facts.decline)} Your order is kept, and is not paid.`,
        ...earlierRefunds(facts),
        ...owed(facts),
      ];
    case 'paid':
      return isDisputed(facts)
        ? [...dispute(facts), notSent, ...whyPaid(facts), ...refunds(facts)]
        : [paidBy(facts) ?? sentence, ...whyPaid(facts), ...refunds(facts)];
    case 'fulfilled':
      return [sentence, ...dispute(facts), ...refunds(facts)];
    case 'cancelled':
      return cancelled(facts);
    case 'refunded':
      return ofRefunded(facts);
    default:
      return [sentence, ...owed(facts)];
  }
}

const notSent = 'So we do not send the order. If you did not dispute it, ask your bank.';

function paidBy(facts: OrderFacts): string | undefined {
  const how = howPaid(facts);
  return payingAttempt(facts)?.status === 'authorized'
    ? how
    : how && `${how} We are getting your order ready.`;
}

/** Partial refunds of the payment, and refunds of other attempts that were not needed. */
const refunds = (facts: OrderFacts): string[] => [
  ...partRefunded(facts),
  ...notNeeded(facts),
  ...owed(facts),
];

/** Refunds that are requested, and refunds that should be made. */
export const owed = (facts: OrderFacts): string[] => [...requested(facts, 'page'), ...notMade(facts)];

function cancelled(facts: OrderFacts): string[] {
  const told = [...afterCancellation(facts, 'page'), ...notMade(facts)];
  const why = whyCancelled[facts.endedBy ?? 'shopper'];
  return told.length > 0 ? [why, ...told] : [`${why} Nothing is sent, and there is nothing to pay.`];
}

const whyCancelled: Record<CancellationSource, string> = {
  hold: 'This order is cancelled. It was not paid in time, and its items are for sale again.',
  operator: 'This order is cancelled. We are sorry: we had to cancel it.',
  provider: 'This order is cancelled. We are sorry: we had to cancel it.',
  shopper: 'This order is cancelled.',
};

function ofRefunded(facts: OrderFacts): string[] {
  const paid = payingAttempt(facts);
  const minor = paid?.refundedMinor ?? 0;
  const isByShopper = facts.endedBy === 'shopper';
  return [
    ...(paid?.isReserved
      ? [`${isByShopper ? 'You cancelled this order. ' : ''}${released(facts, minor)}`]
      : [`${isByShopper ? 'You cancelled this order, and ' : ''}${refunded(facts, minor)}`, bankTakesTime]),
    ...notNeeded(facts),
    ...owed(facts),
  ];
}
