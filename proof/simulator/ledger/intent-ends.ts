import { takingOf } from './balance.ts';
import { refusal, unexpected } from './intents.ts';
import type { Intent } from './model.ts';
import { type Moment, seconds } from './moment.ts';
import type { Outcome } from './outcome.ts';

/** How a PaymentIntent ends: captured or cancelled. Pure, like the operations before it. */

/** Captures the authorized money, all of it or a part. The rest is released. */
export function captureIntent(
  intent: Intent,
  amountToCapture: number | undefined,
  { nowMs }: Moment,
): Outcome {
  const { id, status, amount, charge } = intent;
  if (status !== 'requires_capture' || !charge) {
    return unexpected(
      intent,
      `This PaymentIntent could not be captured because it has a status of ${status}. Only a PaymentIntent with one of the following statuses may be captured: requires_capture.`,
    );
  }
  const taken = amountToCapture ?? amount;
  if (taken > amount) {
    return refusal(400, intent, {
      type: 'invalid_request_error',
      code: 'amount_too_large',
      message: `The amount to capture (${taken}) is greater than the amount that can be captured (${amount}).`,
      param: 'amount_to_capture',
    });
  }
  const transaction = takingOf(intent, charge, taken, nowMs);
  return {
    status: 200,
    intent: {
      ...intent,
      status: 'succeeded',
      charge: { ...charge, captured: true, amountCaptured: taken, transaction },
    },
    events: ['payment_intent.succeeded'],
    movements: [{ kind: 'captured', intent: id, amount: taken, transaction }],
  };
}

/** A bank debit that has started can't be cancelled, so `processing` is not in the list. */
const cancelable = [
  'requires_payment_method',
  'requires_capture',
  'requires_confirmation',
  'requires_action',
];

/** Ends an unpaid intent. Money that was only authorized is released. */
export function cancelIntent(intent: Intent, reason: string | null, { nowMs }: Moment): Outcome {
  const { id, status, amount } = intent;
  if (!cancelable.includes(status)) {
    return unexpected(
      intent,
      `You cannot cancel this PaymentIntent because it has a status of ${status}. Only a PaymentIntent with one of the following statuses may be canceled: ${cancelable.join(', ')}.`,
    );
  }
  return {
    status: 200,
    intent: {
      ...intent,
      status: 'canceled',
      canceledAt: seconds(nowMs),
      cancellationReason: reason,
      settlesAtMs: null,
    },
    events: ['payment_intent.canceled'],
    movements: status === 'requires_capture' ? [{ kind: 'voided', intent: id, amount }] : [],
  };
}
