import { z } from 'zod';
import { type Operation, read } from '#app/api/openapi.json/operation.ts';
import { orderSchema } from '#lib/orders/schema.ts';

export const getOrder: Operation = {
  ...read('The live order, for its owner', orderSchema, ['not_found', 'unavailable']),
  security: [{ session: [] }],
  requestParams: { path: z.object({ id: z.string() }) },
};
