import { takesCards } from '#lib/payment-provider/takes-cards.ts';
import { receiveEvent } from '#lib/payments/events/receive-event.ts';
import { AppError } from '#lib/platform/errors.ts';
import { json, notAllowed, readBody, route } from '#lib/platform/http/http.ts';

/** Limits the body size. Stripe's events are a few kilobytes, whatever their type. */
const maxEventBytes = 256 * 1024;

export const POST = route(async (request) => {
  if (!takesCards()) throw new AppError('not_found', { detail: 'This shop takes no cards.' });
  // Stripe signs the raw bytes, so the body must not be parsed first.
  const body = await readBody(request, maxEventBytes);
  return json({ outcome: await receiveEvent(body, request.headers.get('stripe-signature')) });
});

const refuse = notAllowed('POST');

export { refuse as DELETE, refuse as GET, refuse as PATCH, refuse as PUT };
