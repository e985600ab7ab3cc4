import type { OrderView } from '#lib/orders/schema.ts';

/**
 * Another one means that the order's page would say something else. The version alone is not enough:
 * a payment can come to wait for the bank while its order stays what it is.
 */
export function orderMark({ version, payments }: Pick<OrderView, 'version' | 'payments'>): string {
  return [version, ...payments.map(({ status, refundedMinor }) => `${status}/${refundedMinor}`)].join(' ');
}
