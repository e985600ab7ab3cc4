import { type Operation, read } from '#app/api/openapi.json/operation.ts';
import { productListSchema, productQuerySchema } from '#lib/catalogue/schema.ts';

export const listProducts: Operation = {
  ...read('Products, page by page', productListSchema, ['invalid_request', 'unavailable']),
  requestParams: { query: productQuerySchema },
};
