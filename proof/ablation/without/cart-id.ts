import { randomUUID } from 'node:crypto';
import * as shop from '#lib/cart/get-cart.ts';

/** A new cart has an id of its own, whoever makes it. */

export * from '#lib/cart/get-cart.ts';

export const emptyCart: typeof shop.emptyCart = (userId, lastCartId) => ({
  ...shop.emptyCart(userId, lastCartId),
  id: randomUUID(),
});
