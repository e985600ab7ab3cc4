import { newId } from '#proof/simulator/http/ids.ts';
import { failedRefundOf, refundOf } from './balance.ts';
import { refusal } from './intents.ts';
import type { Intent, Refund } from './model.ts';
import { type Moment, seconds } from './moment.ts';
import type { Outcome } from './outcome.ts';
import { testCard } from './test-cards.ts';

/** Refunds of a PaymentIntent's charge. Pure, like its other operations. */

export interface NewRefund {
  /** Undefined: everything that is left. */
  amount: number | undefined;
  reason: string | null;
  metadata: Record<string, string>;
}

export function createRefund(intent: Intent, wanted: NewRefund, { nowMs, settleMs }: Moment): Outcome {
  const { charge } = intent;
  if (intent.status !== 'succeeded' || !charge?.captured) {
    return refusal(400, intent, {
      type: 'invalid_request_error',
      code: 'payment_intent_unexpected_state',
      message: `This PaymentIntent (${intent.id}) does not have a successful charge to refund.`,
      param: 'payment_intent',
    });
  }
  if (charge.chargedBack) {
    return refusal(400, intent, {
      type: 'invalid_request_error',
      code: 'charge_disputed',
      message: `Charge ${charge.id} has been charged back; cannot issue a refund.`,
    });
  }
  const left = charge.amountCaptured - charge.amountRefunded;
  if (left === 0) {
    return refusal(400, intent, {
      type: 'invalid_request_error',
      code: 'charge_already_refunded',
      message: `Charge ${charge.id} has already been refunded.`,
    });
  }
  const amount = wanted.amount ?? left;
  if (amount > left) {
    return refusal(400, intent, {
      type: 'invalid_request_error',
      code: 'amount_too_large',
      message: `Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`,
      param: 'amount',
    });
  }
  const manner = testCard(charge.paymentMethod)?.refund;
  const id = newId('re');
  const transaction = refundOf(intent, charge, id, amount, nowMs);
  const refund: Refund = {
    id,
    created: seconds(nowMs),
    intent: intent.id,
    charge: charge.id,
    amount,
    currency: intent.currency,
    status: manner === 'pending' ? 'pending' : 'succeeded',
    reason: wanted.reason,
    metadata: wanted.metadata,
    paymentMethod: charge.paymentMethod,
    settlesAtMs: manner ? nowMs + settleMs : null,
    transaction,
  };
  return {
    status: 200,
    intent: { ...intent, charge: { ...charge, amountRefunded: charge.amountRefunded + amount } },
    refund,
    events: ['refund.created', 'charge.refunded'],
    movements: [{ kind: 'refunded', intent: intent.id, amount, transaction }],
  };
}

/** Decides a refund some time later: it succeeds, or the money comes back. */
export function settleRefund(intent: Intent, refund: Refund, moment: Moment): Outcome {
  if (refund.status !== 'pending') return failRefund(intent, refund, 'expired_or_canceled_card', moment);
  return {
    status: 200,
    intent,
    refund: { ...refund, status: 'succeeded', settlesAtMs: null },
    events: ['refund.updated'],
    movements: [],
  };
}

/** The shopper's bank returns the money, days after the refund had succeeded. */
export function failRefund(intent: Intent, refund: Refund, reason: string, { nowMs }: Moment): Outcome {
  const { charge } = intent;
  const { id, status, amount } = refund;
  if (status === 'failed' || status === 'canceled' || !charge) {
    return refusal(400, intent, {
      type: 'invalid_request_error',
      message: `Refund ${id} can't fail: it is ${status}.`,
    });
  }
  const transaction = failedRefundOf(intent, id, amount, nowMs);
  return {
    status: 200,
    intent: { ...intent, charge: { ...charge, amountRefunded: charge.amountRefunded - amount } },
    refund: { ...refund, status: 'failed', settlesAtMs: null, failure: { reason, transaction } },
    events: ['refund.updated', 'refund.failed'],
    movements: [{ kind: 'refund_failed', intent: intent.id, amount, transaction }],
  };
}
