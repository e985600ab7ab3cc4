import { z } from 'zod';
import { answer, type Operation, problems } from '#app/api/openapi.json/operation.ts';
import { cartLineInputSchema, cartSchema } from '#lib/cart/schema.ts';

export const setLine: Operation = {
  summary: 'Sets a line of the cart; 0 removes it',
  requestParams: {
    path: z.object({ sku: z.string() }),
    header: z.object({ 'If-Match': z.string().optional().describe('The version that was seen: `"3"`') }),
  },
  requestBody: { content: { 'application/json': { schema: cartLineInputSchema } } },
  responses: {
    '200': answer('The cart', cartSchema),
    ...problems(
      'invalid_request',
      'foreign_origin',
      'not_found',
      'cart_limit',
      'precondition_failed',
      'payload_too_large',
      'unsupported_media_type',
      'rate_limited',
      'unavailable',
    ),
  },
};
