/** The statuses of payments and refunds. Pure, so that pages can use them. */

/**
 * `due` is for invoices. The last four are over: the payment no longer pays an order. `returning`: the whole
 * payment is to be refunded, and the provider has not confirmed that yet.
 */
export const paymentStatuses = [
  'due',
  'created',
  'requires_action',
  'processing',
  'unknown',
  'authorized',
  'succeeded',
  'returning',
  'declined',
  'voided',
  'refunded',
] as const;

export type PaymentStatus = (typeof paymentStatuses)[number];

/** `created`: requested from the provider. Then the provider confirms or refuses it. */
export type RefundStatus = 'created' | 'succeeded' | 'failed';
