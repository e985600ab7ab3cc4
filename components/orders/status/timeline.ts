import { statusWords } from '#components/orders/status/status-words.ts';
import { isDisputed, payingAttempt } from '#lib/orders/money/money-sentences.ts';
import type { OrderMoney } from '#lib/orders/money/order-money.ts';

/** The days on which an order's status changed, in words and in the shop's time zone. */
export interface OrderDays {
  placed: string;
  paid?: string | undefined;
  sent?: string | undefined;
  cancelled?: string | undefined;
}

export interface Step {
  label: string;
  /** `stopped`: the order waits here for its shopper or a bank, or it ended here. */
  state: 'done' | 'stopped' | 'next';
  day?: string | undefined;
  note?: string | undefined;
}

/**
 * The steps of an order so far, and what is left. Only statuses that the shop records: it does not know when a
 * parcel has arrived. Pure.
 */
export function timelineOf(money: OrderMoney, days: OrderDays, arrival: string | undefined): Step[] {
  return [
    { label: 'Placed', state: 'done', day: days.placed },
    ...paymentSteps(money, days),
    ...sendingSteps(money, days, arrival),
    ...endSteps(money, days),
  ];
}

const isOver = ({ status }: OrderMoney): boolean => status === 'cancelled' || status === 'refunded';

function paymentSteps(money: OrderMoney, { paid }: OrderDays): Step[] {
  const { status, attempts } = money;
  // An invoice is paid after delivery, so it is no step on the way.
  if (!attempts.some(({ method }) => method === 'card')) {
    return paid ? [{ label: 'Paid', state: 'done', day: paid }] : [];
  }
  const paying = payingAttempt(money);
  if (paying) return [{ label: paying.isReserved ? 'Payment reserved' : 'Paid', state: 'done', day: paid }];
  return isOver(money) ? [] : [{ label: statusWords(status).label, state: 'stopped' }];
}

function sendingSteps(money: OrderMoney, { sent }: OrderDays, arrival: string | undefined): Step[] {
  const note = arrival && `Estimated delivery ${arrival}`;
  if (sent) return [{ label: 'Packed and sent', state: 'done', day: sent, note }];
  if (isOver(money)) return [];
  return [{ label: 'Packed and sent', state: 'next', note: isDisputed(money) ? 'On hold' : note }];
}

function endSteps(money: OrderMoney, { cancelled }: OrderDays): Step[] {
  if (!isOver(money)) return [];
  const cancelledStep: Step = { label: 'Cancelled', state: 'stopped', day: cancelled };
  if (money.status === 'cancelled') return [cancelledStep];
  const label = payingAttempt(money)?.isReserved ? 'Released' : statusWords('refunded').label;
  return [...(cancelled ? [{ ...cancelledStep, state: 'done' as const }] : []), { label, state: 'stopped' }];
}
