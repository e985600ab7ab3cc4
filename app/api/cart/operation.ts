import { type Operation, read } from '#app/api/openapi.json/operation.ts';
import { cartSchema } from '#lib/cart/schema.ts';

export const getCart: Operation = read("The shopper's open cart; sets the session cookie", cartSchema, [
  'unavailable',
]);
