import type * as shop from '#lib/orders/find-orders.ts';

/** The writer does not look for orders that stand already. Those who were refused still do. */

export * from '#lib/orders/find-orders.ts';

export const findOrders: typeof shop.findOrders = async () => [];
