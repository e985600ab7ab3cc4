import { AppError } from '#lib/errors.ts';
import { applyEvent, type EventOutcome } from '#lib/payments/apply-event.ts';
import { paymentProvider } from '#lib/payments/payment-provider.ts';
import { UnknownOutcome } from '#lib/payments/provider.ts';

/**
 * A webhook of the provider. Throws `signature_invalid`, `invalid_request` for what is signed and no
 * event, and `unavailable` when it has to be sent again.
 */
export async function receiveEvent(body: string, signature: string | null): Promise<EventOutcome> {
  const event = (await paymentProvider()).readEvent(body, signature);
  try {
    return await applyEvent(event);
  } catch (cause) {
    if (!(cause instanceof UnknownOutcome)) throw cause;
    throw new AppError('unavailable', {
      detail: 'The charge cannot be looked at in this moment. Send the event again.',
      retryAfterSeconds: 5,
      cause,
    });
  }
}
