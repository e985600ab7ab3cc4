import { type Operation, read } from '#app/api/openapi.json/operation.ts';
import { checkoutQuerySchema, checkoutQuoteSchema } from '#lib/pricing/schema.ts';

export const getQuote: Operation = {
  ...read('What the cart costs, and the token that submits it', checkoutQuoteSchema, [
    'invalid_request',
    'cart_empty',
    'unavailable',
  ]),
  security: [{ session: [] }],
  requestParams: { query: checkoutQuerySchema },
};
