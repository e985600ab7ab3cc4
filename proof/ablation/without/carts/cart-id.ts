import { randomUUID } from 'node:crypto';
import type * as shop from '#lib/cart/get-cart.ts';

/** Each process that creates a cart gives it a random id. */

export * from '#lib/cart/get-cart.ts';

export const nextCartId: typeof shop.nextCartId = () => randomUUID();
