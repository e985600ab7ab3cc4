import { z } from 'zod';
import { answer, type Operation, problems } from '#app/api/openapi.json/operation.ts';
import { eventReceivedSchema } from '#lib/payments/events/apply-event.ts';

export const receiveEvent: Operation = {
  summary: "The payment provider's events, each applied once",
  description: 'The body is signed by the provider. Anything but 200 means that it is to be sent again.',
  requestParams: { header: z.object({ 'Stripe-Signature': z.string() }) },
  requestBody: {
    content: { 'application/json': { schema: z.looseObject({ id: z.string(), type: z.string() }) } },
  },
  responses: {
    '200': answer('Received', eventReceivedSchema),
    ...problems('signature_invalid', 'invalid_request', 'not_found', 'payload_too_large', 'unavailable'),
  },
};
