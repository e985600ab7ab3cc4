import { z } from 'zod';
import { answer, type Operation, problems, replayHeader } from '#app/api/openapi.json/operation.ts';
import { orderSchema } from '#lib/orders/schema.ts';

export const cancelOrder: Operation = {
  summary: 'Cancels an order before fulfilment; again is the same as once',
  security: [{ session: [] }],
  requestParams: { path: z.object({ id: z.string() }) },
  responses: {
    '200': { ...answer('The order as it is now', orderSchema), headers: replayHeader },
    ...problems(
      'session_required',
      'foreign_origin',
      'not_found',
      'not_cancellable',
      'payment_unsettled',
      'rate_limited',
      'unavailable',
    ),
  },
};
