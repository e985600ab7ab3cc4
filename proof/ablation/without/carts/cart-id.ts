import { randomUUID } from 'node:crypto';
import * as shop from '#lib/cart/get-cart.ts';

/** Each process that creates a cart gives it a random id. */

export * from '#lib/cart/get-cart.ts';

export const emptyCart: typeof shop.emptyCart = (userId, lastCartId) => ({
  ...shop.emptyCart(userId, lastCartId),
  id: randomUUID(),
});
