import type { OrderStatus } from '#lib/orders/schema.ts';

/**
 * Whether an order's items may be bought again. An order that waits for its payment still holds them, and its
 * page offers to pay for it.
 */
export const canBuyAgain = (status: OrderStatus): boolean => !status.startsWith('payment_');
