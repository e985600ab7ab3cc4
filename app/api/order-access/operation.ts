import { answer, type Operation, problems } from '#app/api/openapi.json/operation.ts';
import { orderAccessAnswerSchema, orderAccessInputSchema } from '#lib/order-management/request-order-link.ts';

export const requestOrderLink: Operation = {
  summary: 'Sends the link to an order by email, if number and email address belong together',
  description:
    'The answer is the same whether they do or not. The link shows the order read-only in any browser. A form post with the same field names is answered with 303.',
  requestBody: { content: { 'application/json': { schema: orderAccessInputSchema } } },
  responses: {
    '202': answer('Received', orderAccessAnswerSchema),
    ...problems(
      'invalid_request',
      'payload_too_large',
      'unsupported_media_type',
      'rate_limited',
      'unavailable',
    ),
  },
};
