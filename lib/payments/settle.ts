import type { OrderStatus, PaymentStatus } from '#lib/orders/schema.ts';
import { isOpen, isOver, type OrderRow, type PaymentRow } from '#lib/payments/payment-rows.ts';
import type { Charge } from '#lib/payments/provider.ts';

/**
 * What becomes of an order and its payment, from the two rows and what the provider says about the
 * charge, without I/O. Everybody who learns something about a charge ends here: the request, the
 * webhook, the return from the bank, the jobs. It does not matter who comes first or how often.
 */

/** What was found out: the charge as it is, that there is none, or nothing. */
export type Finding = Charge | 'absent' | 'unknown';

export interface Settlement {
  /** The payment's new status; none when it stays what it is. */
  payment?: PaymentStatus;
  order?: { to: OrderStatus; reason: string };
  /** The order had given its stock back and needs it again. */
  takeStock?: true;
  /** The money came for an order that can't use it, and goes back whole. */
  giveBack?: { reason: string };
  /** Whether this is an answer that is no refusal: with the first one the submission is accepted. */
  accepts?: true;
}

export interface SettleInput {
  order: Pick<OrderRow, 'status' | 'lastActor'>;
  /** All attempts of the order. */
  payments: readonly Pick<PaymentRow, 'attempt' | 'status'>[];
  attempt: number;
  finding: Finding;
  /** The order needs its stock again, and there isn't enough. */
  stockIsGone?: boolean;
}

/** Who cancels orders whose hold is over: only these take their stock again for a late charge. */
export const holdsActor = 'job:expire_holds';

const unpaid: readonly OrderStatus[] = ['payment_pending', 'payment_unknown', 'payment_declined'];

export function settle(input: SettleInput): Settlement {
  const payment = input.payments.find(({ attempt }) => attempt === input.attempt);
  if (!payment) return {};
  const said = typeof input.finding === 'string' ? input.finding : input.finding.status;
  if (isOpen(payment.status)) return settleOpen(input, payment.status, said);
  if (payment.status === 'authorized') return settleAuthorized(input, said);
  const charged = said === 'succeeded' || said === 'authorized';
  // A charge that was given back stays "succeeded" at the provider, beside its refund.
  if (charged && isOver(payment.status) && payment.status !== 'refunded') return settleCharged(input, said);
  return {};
}

type Said = Charge['status'] | 'absent' | 'unknown';

function settleOpen(input: SettleInput, status: PaymentStatus, said: Said): Settlement {
  const { order } = input;
  switch (said) {
    case 'succeeded':
    case 'authorized':
      return settleCharged(input, said);
    case 'requires_action':
      return {
        payment: 'requires_action',
        order: move(
          order.status,
          ['payment_unknown'],
          'payment_pending',
          'the bank asks the shopper to confirm',
        ),
        accepts: true,
      };
    case 'processing':
      return { accepts: true };
    case 'declined':
    case 'voided':
    case 'absent':
      return {
        payment: 'declined',
        order: move(order.status, ['payment_pending', 'payment_unknown'], 'payment_declined', refusals[said]),
      };
    case 'unknown':
      // Only of a charge that was asked for: not to hear about one that waits for the bank changes nothing.
      if (status !== 'created') return {};
      return {
        payment: 'unknown',
        order: move(order.status, ['payment_pending'], 'payment_unknown', 'the provider gave no answer'),
        accepts: true,
      };
  }
}

const refusals = {
  declined: 'the charge was declined',
  voided: 'the charge was called off',
  absent: 'the provider knows of no charge',
};

/** Money that is kept for us is taken, or lapses after some days. */
function settleAuthorized({ order }: SettleInput, said: Said): Settlement {
  if (said === 'succeeded') return { payment: 'succeeded' };
  if (said !== 'voided') return {};
  return {
    payment: 'voided',
    order: move(order.status, ['paid'], 'payment_declined', 'the authorisation has lapsed'),
  };
}

/** The card was charged. The order is paid if it waits for that, also when it comes late. */
function settleCharged(input: SettleInput, said: 'succeeded' | 'authorized'): Settlement {
  const { order, payments, attempt, stockIsGone } = input;
  const another = payments.some((other) => other.attempt !== attempt && !isOver(other.status));
  if (another) return giveBack('another attempt is there to pay the order');
  if (unpaid.includes(order.status)) {
    return { payment: said, order: { to: 'paid', reason: paidBy(said) }, accepts: true };
  }
  if (order.status !== 'cancelled') return giveBack(`the order is ${order.status} already`);
  if (order.lastActor !== holdsActor) return giveBack('the order had been cancelled');
  if (stockIsGone) return giveBack('the order had been cancelled, and what it needs is sold out meanwhile');
  const reason = `${paidBy(said)} after its hold was over; its stock was still there`;
  return { payment: said, order: { to: 'paid', reason }, takeStock: true, accepts: true };
}

const paidBy = (said: 'succeeded' | 'authorized') =>
  said === 'succeeded' ? 'the card was charged' : 'the amount is reserved on the card';

function giveBack(why: string): Settlement {
  return { payment: 'refunded', giveBack: { reason: `a late charge is given back: ${why}` } };
}

function move(
  status: OrderStatus,
  from: readonly OrderStatus[],
  to: OrderStatus,
  reason: string,
): Settlement['order'] {
  return from.includes(status) ? { to, reason } : undefined;
}
