import { z } from 'zod';
import { answer, type Operation, problems, replayHeader } from '#app/api/openapi.json/operation.ts';
import { paymentAcceptedSchema, paymentInputSchema } from '#lib/checkout/pay-order.ts';

export const payOrder: Operation = {
  summary: 'The next attempt to pay an order by card; the same attempt again is the same payment',
  description: "A form post with the same field names is answered with 303 to the order's page.",
  security: [{ session: [] }],
  requestParams: { path: z.object({ id: z.string() }) },
  requestBody: { content: { 'application/json': { schema: paymentInputSchema } } },
  responses: {
    '201': {
      ...answer('The card was charged, or will be known to be', paymentAcceptedSchema),
      headers: replayHeader,
    },
    ...problems(
      'invalid_request',
      'session_required',
      'payment_declined',
      'foreign_origin',
      'not_found',
      'not_payable',
      'wrong_attempt',
      'payment_unsettled',
      'payload_too_large',
      'unsupported_media_type',
      'key_reused',
      'rate_limited',
      'unavailable',
    ),
  },
};
