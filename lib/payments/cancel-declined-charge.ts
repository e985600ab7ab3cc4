import type { AttemptKey } from '#lib/payment-provider/provider.ts';
import { tookNothing } from '#lib/payments/payment-rows.ts';
import { cancelCharge } from '#lib/payments/query-charge.ts';
import { settlePayment } from '#lib/payments/settling/settle-payment.ts';
import type { Finding } from '#lib/payments/settling/settlement.ts';

/**
 * The job for an attempt that was declined: the provider would take another card for its charge for ever,
 * from each person who knows its client secret, so the charge is cancelled there. One that a card has paid
 * meanwhile is settled as a late charge. One that a bank processes can't be cancelled: when it is declined
 * later, the look that finds it so enqueues this job again. Throws while the provider gives no answer, so that
 * it is tried again.
 */
export async function cancelDeclinedCharge(key: AttemptKey): Promise<void> {
  let finding: Finding | undefined;
  await settlePayment({
    key,
    async ask(payment) {
      finding = tookNothing(payment.status) ? await cancelCharge(payment) : undefined;
      return finding;
    },
    actor: 'job:call_off_payment',
  });
  if (finding === 'unknown') {
    throw new Error(`attempt ${key.attempt} of order ${key.orderId} is not called off yet`);
  }
}
