import { takesCards } from '#lib/payment-provider/takes-cards.ts';
import { receiveEvent } from '#lib/payments/events/receive-event.ts';
import { AppError } from '#lib/platform/errors.ts';
import { json, notAllowed, readBody, route } from '#lib/platform/http/http.ts';

/** Stripe's events are a few kilobytes, whatever they are about. */
const maxEventBytes = 256 * 1024;

export const POST = route(async (request) => {
  if (!takesCards()) throw new AppError('not_found', { detail: 'This shop takes no cards.' });
  // The signature is of the bytes as they came.
  const body = await readBody(request, maxEventBytes);
  return json({ outcome: await receiveEvent(body, request.headers.get('stripe-signature')) });
});

const refuse = notAllowed('POST');

export { refuse as DELETE, refuse as GET, refuse as PATCH, refuse as PUT };
