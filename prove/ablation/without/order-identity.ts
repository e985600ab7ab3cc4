import { randomBytes, randomUUID } from 'node:crypto';
import { orderNumberFrom } from '#lib/orders/order-number.ts';
import * as shop from '#lib/orders/placement.ts';

/** Every request that places an order has an id and a number of its own for it. */

export * from '#lib/orders/placement.ts';

export const placementOf: typeof shop.placementOf = (...args) => ({
  ...shop.placementOf(...args),
  orderId: randomUUID(),
  orderNumber: orderNumberFrom(randomBytes(16)),
});
