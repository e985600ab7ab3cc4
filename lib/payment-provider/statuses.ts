/** How far a payment and a refund have come. Pure, so that pages can use it. */

/**
 * A payment's way: `due` is an invoice's; the last four are over. `returning`: its money is to be
 * refunded whole, and the provider has not confirmed that yet.
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

/** A refund's way: requested from the provider, then confirmed or refused by it. */
export type RefundStatus = 'created' | 'succeeded' | 'failed';
