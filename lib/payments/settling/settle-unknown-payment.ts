import type { AttemptKey } from '#lib/payment-provider/provider.ts';
import { isOpen } from '#lib/payments/payment-rows.ts';
import { queryOrCreateCharge } from '#lib/payments/query-charge.ts';
import { settlePayment } from '#lib/payments/settling/settle-payment.ts';

/**
 * The job for a payment whose end nobody knows: looks for the charge, makes it with the same key if
 * there is none, and writes what became of it. Throws while nobody knows, so that it is tried again.
 */
export async function settleUnknownPayment(key: AttemptKey): Promise<void> {
  const settled = await settlePayment({
    key,
    ask: async (payment) => (isOpen(payment.status) ? queryOrCreateCharge(payment) : undefined),
    actor: 'job:settle_payment',
  });
  if (settled?.payment.status === 'unknown') {
    throw new Error(`attempt ${key.attempt} of order ${key.orderId} is still unknown`);
  }
}
