import { paymentProvider } from '#lib/payment-provider/payment-provider.ts';
import { UnknownOutcome } from '#lib/payment-provider/provider.ts';
import { applyEvent, type EventOutcome } from '#lib/payments/events/apply-event.ts';
import { countEvent } from '#lib/payments/payment-metrics.ts';
import { AppError } from '#lib/platform/errors.ts';

/**
 * Applies a webhook from the provider. Throws `signature_invalid`, `invalid_request` when the body is signed
 * but is not an event, and `unavailable` when the provider must send it again.
 */
export async function receiveEvent(body: string, signature: string | null): Promise<EventOutcome> {
  const event = (await paymentProvider()).readEvent(body, signature);
  try {
    const outcome = await applyEvent(event);
    countEvent('webhook', outcome);
    return outcome;
  } catch (cause) {
    countEvent('webhook', 'failed');
    if (!(cause instanceof UnknownOutcome)) throw cause;
    throw new AppError('unavailable', {
      detail: 'The charge cannot be looked at in this moment. Send the event again.',
      retryAfterSeconds: 5,
      cause,
    });
  }
}
