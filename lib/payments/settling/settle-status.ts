import type { OrderStatus } from '#lib/orders/schema.ts';
import type { Charge } from '#lib/payment-provider/provider.ts';
import type { PaymentStatus } from '#lib/payment-provider/statuses.ts';
import { isOpen, isOver, tookNothing } from '#lib/payments/payment-rows.ts';
import type { SettleInput, Settlement } from '#lib/payments/settling/settlement.ts';

/** Decides the new statuses of a payment and its order from the charge's status. Pure. */

/** A settlement before refunds and disputes are considered. */
export type SettleOrder = Pick<Settlement, 'payment' | 'order' | 'takeStock' | 'accepts'> & {
  giveBack?: { reason: string };
};

export const unpaid: readonly OrderStatus[] = [
  'payment_pending',
  'payment_processing',
  'payment_unknown',
  'payment_declined',
];
/** Unpaid, and waiting for the provider's outcome. */
const waiting: readonly OrderStatus[] = ['payment_pending', 'payment_processing', 'payment_unknown'];

export function settleStatus(input: SettleInput): SettleOrder {
  const { finding } = input;
  const payment = input.payments.find(({ attempt }) => attempt === input.attempt);
  if (!payment) return {};
  const { status } = payment;
  const said = typeof finding === 'string' ? finding : finding.status;
  if (typeof finding !== 'string' && isBack(finding) && (isOpen(status) || tookNothing(status))) {
    return settleBack(input);
  }
  if (isOpen(status)) return settleOpen(input, status, said);
  if (status === 'authorized') return settleAuthorized(input, said);
  const charged = said === 'succeeded' || said === 'authorized';
  // A refunded charge stays "succeeded" at the provider, next to its refund.
  return charged && tookNothing(status) ? settleCharged(input, said) : {};
}

type Said = Charge['status'] | 'absent' | 'unknown';

/** Captured, and refunded at the provider before the order was marked as paid. */
const isBack = ({ status, amountMinor, refundedMinor = 0 }: Charge): boolean =>
  status === 'succeeded' && refundedMinor >= amountMinor && amountMinor > 0;

function settleBack({ order }: SettleInput): SettleOrder {
  return {
    payment: 'refunded',
    order: move(order.status, waiting, 'payment_declined', 'the charge was refunded at the payment provider'),
  };
}

function settleOpen(input: SettleInput, status: PaymentStatus, said: Said): SettleOrder {
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
      return {
        payment: 'processing',
        order: move(
          order.status,
          ['payment_pending', 'payment_unknown', 'payment_declined'],
          'payment_processing',
          'the bank processes the payment',
        ),
        accepts: true,
      };
    case 'declined':
    case 'voided':
    case 'absent':
      return {
        payment: 'declined',
        order: move(order.status, waiting, 'payment_declined', refusals[said]),
      };
    case 'unknown':
      // Only for a charge that was requested. No answer about one that waits for the bank changes nothing.
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
  voided: 'the charge was cancelled',
  absent: 'the provider knows of no charge',
};

/** Authorised money is captured, or the authorisation lapses after some days. */
function settleAuthorized({ order }: SettleInput, said: Said): SettleOrder {
  if (said === 'succeeded') return { payment: 'succeeded' };
  if (said !== 'voided') return {};
  return {
    payment: 'voided',
    order: move(order.status, ['paid'], 'payment_declined', 'the authorisation expired'),
  };
}

/** The card was charged. The order is paid if it waits for the money, even when the charge is late. */
function settleCharged(input: SettleInput, said: 'succeeded' | 'authorized'): SettleOrder {
  const { order, payments, attempt, isTooLate, stockIsGone } = input;
  const another = payments.some((other) => other.attempt !== attempt && !isOver(other.status));
  if (another) return giveBack('another attempt is there to pay the order');
  if (unpaid.includes(order.status)) {
    return { payment: said, order: { to: 'paid', reason: paidBy(said) }, accepts: true };
  }
  // A row that has lost the status of the charge that pays the order.
  if (order.paidAttempt === attempt && (order.status === 'paid' || order.status === 'fulfilled'))
    return { payment: said };
  if (order.status !== 'cancelled') return giveBack(`the order is ${order.status} already`);
  if (order.endedBy !== 'hold') return giveBack('the order had been cancelled');
  if (isTooLate) return giveBack('the order had been cancelled more than a day before');
  if (stockIsGone) return giveBack('the order had been cancelled, and its items have sold out since');
  const reason = `${paidBy(said)} after its hold was over; its stock was still available`;
  return { payment: said, order: { to: 'paid', reason }, takeStock: true, accepts: true };
}

const paidBy = (said: 'succeeded' | 'authorized') =>
  said === 'succeeded' ? 'the card was charged' : 'the amount is reserved on the card';

function giveBack(why: string): SettleOrder {
  return { payment: 'returning', giveBack: { reason: `a late charge is returned: ${why}` } };
}

function move(
  status: OrderStatus,
  from: readonly OrderStatus[],
  to: OrderStatus,
  reason: string,
): Settlement['order'] {
  return from.includes(status) ? { to, reason } : undefined;
}
