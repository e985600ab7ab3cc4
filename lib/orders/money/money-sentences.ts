import type { AttemptMoney, OrderMoney } from '#lib/orders/money/order-money.ts';
import type { PaymentStatus } from '#lib/payment-provider/statuses.ts';
import { formatMoney } from '#lib/platform/money.ts';

/**
 * The sentences that tell a shopper about the money of an order, made from its summary (order-money.ts). The
 * page and the emails add their own opening and share these sentences. Pure.
 */

export const bankTakesTime = 'It can take your bank some days to show it.';

/** The confirmed refunds of a charged attempt; 0 when the amount was only reserved. */
const refundedOf = (one: AttemptMoney): number => (one.isReserved ? 0 : one.refundedMinor);

const sumOf = (attempts: readonly AttemptMoney[], amountOf: (one: AttemptMoney) => number): number =>
  attempts.reduce((sum, one) => sum + amountOf(one), 0);

const amount = ({ currency }: Pick<OrderMoney, 'currency'>, minor: number): string =>
  formatMoney(minor, currency);

export const payingAttempt = ({ attempts }: OrderMoney): AttemptMoney | undefined =>
  attempts.find(({ pays }) => pays);

const otherAttempts = ({ attempts }: OrderMoney): AttemptMoney[] => attempts.filter(({ pays }) => !pays);

/** How a card pays the order; undefined when no card pays it. */
export function howPaid(money: OrderMoney): string | undefined {
  const paying = payingAttempt(money);
  if (paying?.method !== 'card') return undefined;
  const paid = amount(money, paying.amountMinor);
  if (paying.status === 'authorized') {
    return `${paid} is reserved on your card, and charged when your parcel leaves us.`;
  }
  return paying.status === 'succeeded' ? `${paid} is paid by card.` : undefined;
}

/** Why the order is paid although its shopper was told that it was refunded or not paid. */
export const whyPaid = (money: OrderMoney): string[] =>
  payingAttempt(money)?.cameBack ? ['A refund of this payment has failed, so it pays your order.'] : [];

/** Why the last attempt does not pay its order. `decline` is the sentence for a refused card. */
export function whyUnpaid(money: OrderMoney, decline: string): string {
  const last = money.attempts.at(-1);
  if (last) {
    const all = amount(money, last.amountMinor);
    if (last.capturedMinor > 0) {
      return last.refundedMinor >= last.capturedMinor
        ? `Your card was charged, and the ${all} was refunded.`
        : 'Your card was charged.';
    }
    if (last.method === 'card' && (last.status === 'voided' || last.status === 'refunded')) {
      return `The ${all} reserved on your card was released${money.isCharged ? '' : ', and nothing was charged'}.`;
    }
    if (last.isReserved) return `${all} was reserved on your card.`;
  }
  return money.isCharged ? decline : `${decline} Nothing was charged.`;
}

/** Refunds of attempts before the last one; `whyUnpaid` covers the last. */
export function earlierRefunds(money: OrderMoney): string[] {
  const back = sumOf(money.attempts.slice(0, -1), refundedOf);
  return back > 0
    ? [`An earlier attempt was charged, and ${amount(money, back)} was refunded. ${bankTakesTime}`]
    : [];
}

/** A partial refund of the payment that pays the order. */
export function partRefunded(money: OrderMoney): string[] {
  const paying = payingAttempt(money);
  const part = paying ? refundedOf(paying) : 0;
  return part > 0 ? [`${amount(money, part)} of your payment was refunded. ${bankTakesTime}`] : [];
}

/** Refunded charges of attempts that do not pay the order. */
export function notNeeded(money: OrderMoney): string[] {
  const back = sumOf(otherAttempts(money), refundedOf);
  return back > 0
    ? [`Another attempt was charged, too, and ${amount(money, back)} was refunded. You pay this order once.`]
    : [];
}

/** A bank disputes the payment that pays the order, or has won a dispute. Such an order is not sent. */
export function isDisputed(money: OrderMoney): boolean {
  const paying = payingAttempt(money);
  return paying !== undefined && (paying.isDisputed || paying.lostMinor > 0);
}

/** The dispute of the payment that pays the order: open, or lost with a part of its money. */
export function dispute(money: OrderMoney): string[] {
  const { isDisputed: isOpen = false, lostMinor = 0 } = payingAttempt(money) ?? {};
  return [
    ...(isOpen ? ['Your bank disputes this payment and has not decided yet.'] : []),
    ...(lostMinor > 0
      ? [`Your bank took back ${amount(money, lostMinor)} of this payment after a dispute.`]
      : []),
  ];
}

/** Requested refunds and releases. They count as refunded or released only once the provider confirms. */
export function requested(money: OrderMoney, teller: Teller): string[] {
  const of = (isReserved: boolean) =>
    sumOf(
      money.attempts.filter((one) => one.isReserved === isReserved),
      ({ requestedMinor }) => requestedMinor,
    );
  const sentences = [
    ...(of(false) > 0 ? [`A refund of ${amount(money, of(false))} is requested.`] : []),
    ...(of(true) > 0
      ? [`We have asked for the ${amount(money, of(true))} reserved on your card to be released.`]
      : []),
  ];
  return sentences.length > 0 ? [[...sentences, whenConfirmed[teller]].join(' ')] : [];
}

/** Where the sentence appears. An API answer contains the order's address. */
type Teller = 'page' | 'email' | 'answer';

const whenConfirmed: Record<Teller, string> = {
  page: 'This page shows when it is confirmed.',
  email: 'We write to you when it is confirmed.',
  answer: 'The order shows when it is confirmed.',
};

const weKnow = 'We know of it and will see to it.';

/** Money that the shop still has and should have refunded. */
export function notMade(money: OrderMoney): string[] {
  const failed = (isDisputed: boolean) =>
    sumOf(
      money.attempts.filter((one) => one.isDisputed === isDisputed),
      ({ failedMinor }) => failedMinor,
    );
  const owed = sumOf(money.attempts, ({ owedMinor }) => owedMinor);
  return [
    ...(failed(false) > 0
      ? [`Your refund of ${amount(money, failed(false))} could not be made yet. ${weKnow}`]
      : []),
    ...(failed(true) > 0
      ? [
          `Your refund of ${amount(money, failed(true))} could not be made, because your bank disputes the payment. Your bank tells you what becomes of it.`,
        ]
      : []),
    ...(owed > 0 ? [`${amount(money, owed)} of your money is still with us. ${weKnow}`] : []),
  ];
}

/** Refunds made and requested for a cancelled order. The caller adds `notMade` after it. */
export function afterCancellation(money: OrderMoney, teller: Teller): string[] {
  const back = otherAttempts(money).flatMap((one) => unneeded(money, one));
  return [...partRefunded(money), ...(back.length > 0 ? [back.join(' ')] : []), ...requested(money, teller)];
}

/** A refunded charge that did not pay the cancelled order. */
function unneeded(money: OrderMoney, one: AttemptMoney): string[] {
  if (one.refundedMinor < 1) return [];
  const [all, back] = [amount(money, one.amountMinor), amount(money, one.refundedMinor)];
  // A payment that arrives within a day after the hold still pays the order, if its stock is available.
  const meanwhile = money.endedBy === 'hold' ? ', and the order could not be placed again' : '';
  const came = one.cameLate ? `Your payment of ${all} came after that${meanwhile}. ` : '';
  if (one.isReserved) return [`${came}${released(money, one.refundedMinor)}`];
  const what = one.refundedMinor < one.capturedMinor ? `${back} of it` : 'It';
  return [`${came || `Your card was charged ${all} before that. `}${what} was refunded. ${bankTakesTime}`];
}

/** A reserved amount that the provider has released. */
export function released(money: OrderMoney, minor: number): string {
  const what = `he ${amount(money, minor)} reserved on your card is released.`;
  return money.isCharged ? `T${what}` : `Nothing was charged, and t${what}`;
}

/** A refund that the provider has confirmed. */
export const refunded = (money: OrderMoney, minor: number): string =>
  `${amount(money, minor)} was refunded to the card that you paid with.`;

/** The total refunded so far, if it is more than the amount just mentioned. */
export function refundedInAll(money: OrderMoney, saidMinor: number): string[] {
  const all = sumOf(money.attempts, refundedOf);
  return all > saidMinor ? [`With this, ${amount(money, all)} of this order was refunded in all.`] : [];
}

/**
 * What happens to the money when the shopper cancels the order. Money that is refunded or requested already
 * is not requested again.
 */
export function onCancel(money: OrderMoney): string {
  const charged = sumOf(money.attempts, ({ keptMinor }) => keptMinor);
  const reserved = sumOf(money.attempts, ({ reservedMinor }) => reservedMinor);
  const asked = sumOf(money.attempts, ({ requestedMinor }) => requestedMinor);
  const told = [
    ...(charged > 0
      ? [`A refund of ${amount(money, charged)} is requested, to the card that you paid with.`]
      : []),
    ...(reserved > 0 ? [`The ${amount(money, reserved)} reserved on your card is released.`] : []),
  ];
  if (told.length > 0) return told.join(' ');
  return asked > 0
    ? 'A refund of what you paid has already been requested.'
    : 'There will be nothing to pay.';
}

const attemptWords: Record<PaymentStatus, string> = {
  due: 'Due',
  created: 'Under way',
  requires_action: 'Waiting for your bank',
  processing: 'Your bank is processing it',
  unknown: 'Being confirmed',
  authorized: 'Reserved on your card',
  succeeded: 'Paid',
  declined: 'Declined, nothing charged',
  voided: 'Cancelled, nothing charged',
  returning: 'Charged',
  refunded: 'Refunded',
};

/** For an amount that was only reserved: it was never charged, so it is released, not refunded. */
const ofReserved: Partial<Record<PaymentStatus, string>> = {
  returning: 'Reserved, release requested',
  refunded: 'Released, nothing charged',
};

/** The state of one attempt, in a few words. */
export function ofAttempt(money: OrderMoney, one: AttemptMoney): string {
  const { status, amountMinor, refundedMinor, requestedMinor, failedMinor, owedMinor } = one;
  if (one.isReserved) return ofReserved[status] ?? attemptWords[status];
  return [
    failedMinor + owedMinor > 0 && !one.pays ? 'Charged' : attemptWords[status],
    ...(requestedMinor > 0 ? [`refund of ${amount(money, requestedMinor)} requested`] : []),
    ...(failedMinor + owedMinor > 0
      ? [`refund of ${amount(money, failedMinor + owedMinor)} not made yet`]
      : []),
    ...(refundedMinor > 0 && refundedMinor < amountMinor ? [`${amount(money, refundedMinor)} refunded`] : []),
  ].join(', ');
}
