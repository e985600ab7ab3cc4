import { newId } from './ids.ts';
import { type Moment, refusal } from './intents.ts';
import type { Intent, Movement, Outcome, Refund } from './model.ts';
import { testCard } from './test-cards.ts';

/** Refunds of a PaymentIntent's charge. Pure, like its other operations. */

export interface NewRefund {
  /** Undefined for what is left. */
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
  const refund: Refund = {
    id: newId('re'),
    created: Math.floor(nowMs / 1_000),
    intent: intent.id,
    charge: charge.id,
    amount,
    currency: intent.currency,
    status: manner === 'pending' ? 'pending' : 'succeeded',
    reason: wanted.reason,
    metadata: wanted.metadata,
    paymentMethod: charge.paymentMethod,
    settlesAtMs: manner ? nowMs + settleMs : null,
  };
  return {
    status: 200,
    intent: { ...intent, charge: { ...charge, amountRefunded: charge.amountRefunded + amount } },
    refund,
    events: ['charge.refunded'],
    movements: [{ kind: 'refunded', intent: intent.id, amount }],
  };
}

/** What becomes of a refund some time later: it went through, or the money came back. */
export function settleRefund(intent: Intent, refund: Refund): Outcome {
  const { charge } = intent;
  if (refund.status === 'pending' || !charge) {
    return {
      status: 200,
      intent,
      refund: { ...refund, status: 'succeeded', settlesAtMs: null },
      events: ['refund.updated'],
      movements: [],
    };
  }
  const back: Movement = { kind: 'refund_failed', intent: intent.id, amount: refund.amount };
  return {
    status: 200,
    intent: { ...intent, charge: { ...charge, amountRefunded: charge.amountRefunded - refund.amount } },
    refund: { ...refund, status: 'failed', settlesAtMs: null },
    events: ['refund.updated', 'refund.failed'],
    movements: [back],
  };
}
