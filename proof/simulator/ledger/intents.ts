import { randomBytes } from 'node:crypto';
import { newId } from '#proof/simulator/http/ids.ts';
import { takingOf } from './balance.ts';
import type { Charge, Decline, Intent } from './model.ts';
import { type Moment, seconds } from './moment.ts';
import type { ErrorBody, Outcome } from './outcome.ts';
import { type Behaviour, testCard } from './test-cards.ts';

/** The operations on a PaymentIntent. Pure: each takes the intent and returns an outcome. */

export interface NewIntent {
  amount: number;
  currency: string;
  captureMethod: 'automatic' | 'manual';
  metadata: Record<string, string>;
  description: string | null;
  paymentMethod: string | null;
  allowedTypes: string[] | null;
  paymentMethodTypes: string[];
  automaticPaymentMethods: boolean;
  returnUrl: string | null;
}

export function createIntent(wanted: NewIntent, { nowMs }: Moment): Outcome {
  const intent: Intent = {
    ...wanted,
    id: newId('pi'),
    secret: randomBytes(18).toString('hex'),
    created: seconds(nowMs),
    status: wanted.paymentMethod ? 'requires_confirmation' : 'requires_payment_method',
    charge: null,
    lastError: null,
    canceledAt: null,
    cancellationReason: null,
    settlesAtMs: null,
  };
  return { status: 200, intent, events: [], movements: [] };
}

const confirmable = ['requires_payment_method', 'requires_confirmation', 'requires_action'];

/** Charges the intent's payment method, or first sends the shopper to the bank. */
export function confirmIntent(intent: Intent, moment: Moment): Outcome {
  if (!confirmable.includes(intent.status)) {
    const why =
      intent.status === 'succeeded'
        ? 'it has already succeeded after being previously confirmed'
        : `it has a status of ${intent.status}`;
    return unexpected(intent, `You cannot confirm this PaymentIntent because ${why}.`);
  }
  const card = testCard(intent.paymentMethod ?? '');
  if (!card) {
    return unexpected(
      intent,
      "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method.",
    );
  }
  return follow({ ...intent, lastError: null }, card.behaviour, moment);
}

/** Applies the shopper's answer to the bank's question. For an intent that waits for it. */
export function answerBank(intent: Intent, confirmed: boolean, moment: Moment): Outcome {
  const behaviour = testCard(intent.paymentMethod ?? '')?.behaviour;
  if (confirmed && behaviour?.does === 'ask') return follow(intent, behaviour.next, moment);
  return failed(intent, {
    code: 'payment_intent_authentication_failure',
    message:
      'We are unable to authenticate your payment method. Please choose a different payment method and try again.',
  });
}

/** Decides a slow payment. For an intent that is `processing`. */
export function settleIntent(intent: Intent, moment: Moment): Outcome {
  const behaviour = testCard(intent.paymentMethod ?? '')?.behaviour;
  return follow(intent, behaviour?.does === 'take_time' ? behaviour.next : { does: 'pay' }, moment);
}

function follow(intent: Intent, behaviour: Behaviour, moment: Moment): Outcome {
  switch (behaviour.does) {
    case 'pay':
      return paid(intent, moment);
    case 'decline':
      return declined(intent, behaviour.why, moment);
    case 'ask':
      return {
        status: 200,
        intent: { ...intent, status: 'requires_action' },
        events: ['payment_intent.requires_action'],
        movements: [],
      };
    case 'take_time':
      return {
        status: 200,
        intent: {
          ...intent,
          status: 'processing',
          charge: { ...newCharge(intent, moment), status: 'pending' },
          settlesAtMs: moment.nowMs + moment.settleMs,
        },
        events: ['payment_intent.processing'],
        movements: [],
      };
  }
}

/** A slow charge keeps its id. */
function chargeOf(intent: Intent, moment: Moment): Charge {
  return intent.charge?.status === 'pending' ? intent.charge : newCharge(intent, moment);
}

function newCharge(intent: Intent, { nowMs }: Moment): Charge {
  return {
    id: newId('ch'),
    created: seconds(nowMs),
    status: 'succeeded',
    captured: false,
    amountCaptured: 0,
    amountRefunded: 0,
    paymentMethod: intent.paymentMethod ?? '',
    failure: null,
  };
}

function paid(intent: Intent, moment: Moment): Outcome {
  const { id, amount, captureMethod } = intent;
  const charge: Charge = { ...chargeOf(intent, moment), status: 'succeeded' };
  if (captureMethod === 'manual') {
    return {
      status: 200,
      intent: { ...intent, status: 'requires_capture', charge, settlesAtMs: null },
      events: ['payment_intent.amount_capturable_updated'],
      movements: [{ kind: 'authorized', intent: id, amount }],
    };
  }
  const transaction = takingOf(intent, charge, amount, moment.nowMs);
  return {
    status: 200,
    intent: {
      ...intent,
      status: 'succeeded',
      charge: { ...charge, captured: true, amountCaptured: amount, transaction },
      settlesAtMs: null,
    },
    events: ['payment_intent.succeeded'],
    movements: [{ kind: 'charged', intent: id, amount, transaction }],
  };
}

/** The card's bank declined: the intent has a charge, and the charge failed. */
function declined(intent: Intent, why: Decline, moment: Moment): Outcome {
  const charge: Charge = { ...chargeOf(intent, moment), status: 'failed', failure: why };
  return failed({ ...intent, charge }, why, charge.id);
}

function failed(intent: Intent, why: Decline, charge?: string): Outcome {
  return {
    status: 402,
    // Stripe removes the payment method from the intent, so the shopper must choose another one.
    intent: {
      ...intent,
      status: 'requires_payment_method',
      paymentMethod: null,
      lastError: why,
      settlesAtMs: null,
    },
    error: {
      type: 'card_error',
      code: why.code,
      decline_code: why.declineCode,
      message: why.message,
      charge,
    },
    events: ['payment_intent.payment_failed'],
    movements: [{ kind: 'declined', intent: intent.id, amount: intent.amount }],
  };
}

/** The refusal of an operation that the intent's status does not allow. */
export function unexpected(intent: Intent, message: string): Outcome {
  return refusal(400, intent, {
    type: 'invalid_request_error',
    code: 'payment_intent_unexpected_state',
    message,
  });
}

/** An answer that changes nothing. It was executed all the same, so its key stores it. */
export function refusal(status: number, intent: Intent, error: ErrorBody): Outcome {
  return { status, intent, error, events: [], movements: [] };
}
