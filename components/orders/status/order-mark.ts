import type { OrderView } from '#lib/orders/schema.ts';

/**
 * Returns a mark that changes whenever the order's page would change. The version alone is not enough:
 * a payment can start to wait for the bank while its order stays unchanged.
 */
export function orderMark({ version, payments }: Pick<OrderView, 'version' | 'payments'>): string {
  return [version, ...payments.map(({ status, refundedMinor }) => `${status}/${refundedMinor}`)].join(' ');
}
