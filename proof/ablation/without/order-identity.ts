import { randomBytes, randomUUID } from 'node:crypto';
import * as shop from '#lib/checkout/submission/to-order-request.ts';
import { orderNumberFrom } from '#lib/orders/order-number.ts';

/** Every request that places an order has an id and a number of its own for it. */

export * from '#lib/checkout/submission/to-order-request.ts';

export const toOrderRequest: typeof shop.toOrderRequest = (...args) => ({
  ...shop.toOrderRequest(...args),
  orderId: randomUUID(),
  orderNumber: orderNumberFrom(randomBytes(16)),
});
