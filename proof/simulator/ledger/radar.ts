import { newId } from '#proof/simulator/http/ids.ts';
import { refusal } from './intents.ts';
import type { FraudWarning, Intent, Review, ReviewClosedReason } from './model.ts';
import { type Moment, seconds } from './moment.ts';
import type { Outcome } from './outcome.ts';

/** What makes the provider suspect a payment: the issuer's warnings, and reviews. Pure. */

export function warnOfFraud(intent: Intent, fraudType: string, { nowMs }: Moment): Outcome {
  const { charge } = intent;
  if (!charge?.captured) return refused(intent, `PaymentIntent ${intent.id} has no charge to warn of.`);
  const warning: FraudWarning = {
    id: newId('issfr'),
    created: seconds(nowMs),
    intent: intent.id,
    charge: charge.id,
    fraudType,
  };
  return { status: 200, intent, warning, events: ['radar.early_fraud_warning.created'], movements: [] };
}

export function openReview(intent: Intent, openedReason: Review['openedReason'], { nowMs }: Moment): Outcome {
  const review: Review = {
    id: newId('prv'),
    created: seconds(nowMs),
    intent: intent.id,
    charge: intent.charge?.id ?? null,
    openedReason,
    closedReason: null,
  };
  return {
    status: 200,
    intent: { ...intent, review: review.id },
    review,
    events: ['review.opened'],
    movements: [],
  };
}

export function closeReview(intent: Intent, review: Review, reason: ReviewClosedReason): Outcome {
  if (review.closedReason !== null)
    return refused(intent, `Review ${review.id} is closed: ${review.closedReason}.`);
  return {
    status: 200,
    intent,
    review: { ...review, closedReason: reason },
    events: ['review.closed'],
    movements: [],
  };
}

const refused = (intent: Intent, message: string): Outcome =>
  refusal(400, intent, { type: 'invalid_request_error', message });
