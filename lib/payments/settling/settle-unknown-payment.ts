import { byJob } from '#lib/orders/actor.ts';
import type { AttemptKey } from '#lib/payment-provider/provider.ts';
import { isOpen } from '#lib/payments/payment-rows.ts';
import { queryOrCreateCharge } from '#lib/payments/query-charge.ts';
import { settlePayment } from '#lib/payments/settling/settle-payment.ts';

/**
 * The job for a payment with an unknown outcome: looks for the charge, creates it with the same key if
 * there is none, and writes the outcome. Throws while the outcome is unknown, so that the job is retried.
 */
export async function settleUnknownPayment(key: AttemptKey): Promise<void> {
  const settled = await settlePayment({
    key,
    ask: async (payment) => (isOpen(payment.status) ? queryOrCreateCharge(payment) : undefined),
    actor: byJob('settle_payment'),
  });
  if (settled?.payment.status === 'unknown') {
    throw new Error(`attempt ${key.attempt} of order ${key.orderId} is still unknown`);
  }
}
