import { randomBytes, randomUUID } from 'node:crypto';
import * as shop from '#lib/checkout/submission/to-order-request.ts';
import { orderNumberFrom } from '#lib/orders/order-number.ts';

/** Every order request gets a random order id and number. */

export * from '#lib/checkout/submission/to-order-request.ts';

export const toOrderRequest: typeof shop.toOrderRequest = (...args) => ({
  ...shop.toOrderRequest(...args),
  orderId: randomUUID(),
  orderNumber: orderNumberFrom(randomBytes(16)),
});
