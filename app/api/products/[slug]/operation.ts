import { z } from 'zod';
import { type Operation, read } from '#app/api/openapi.json/operation.ts';
import { productSchema } from '#lib/catalogue/schema.ts';

export const getProduct: Operation = {
  ...read('One product', productSchema, ['not_found', 'unavailable']),
  requestParams: { path: z.object({ slug: z.string() }) },
};
