import { z } from 'zod';
import { answer, type Operation, problems, read, replayHeader } from '#app/api/openapi.json/operation.ts';
import { acceptedSchema, alreadyOrderedSchema, submissionSchema } from '#lib/checkout/submission/schema.ts';
import { orderListQuerySchema, orderListSchema } from '#lib/orders/read/list-orders.ts';

export const listOrders: Operation = {
  ...read("The shopper's own orders, newest first", orderListSchema, [
    'invalid_request',
    'session_required',
    'unavailable',
  ]),
  security: [{ session: [] }],
  requestParams: { query: orderListQuerySchema },
};

export const submitOrder: Operation = {
  summary: 'Places the order: once, however often it is sent',
  description:
    'The key is the submit token of `GET /api/checkout`. A form post with the same field names (nested ones with dots) is answered with 303.',
  security: [{ session: [] }],
  requestParams: {
    header: z.object({ 'Idempotency-Key': z.string().optional().describe("Or the body's submitToken") }),
  },
  requestBody: { content: { 'application/json': { schema: submissionSchema } } },
  responses: {
    '200': answer('Another token of a cart that was ordered already', alreadyOrderedSchema),
    '201': { ...answer('Accepted, now or before', acceptedSchema), headers: replayHeader },
    ...problems(
      'invalid_request',
      'session_required',
      'payment_declined',
      'foreign_origin',
      'cart_changed',
      'out_of_stock',
      'order_limit',
      'possible_duplicate',
      'in_progress',
      'cart_limit',
      'payload_too_large',
      'unsupported_media_type',
      'token_invalid',
      'key_reused',
      'rate_limited',
      'overloaded',
      'unavailable',
    ),
  },
};
