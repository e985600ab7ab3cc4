import { byJob } from '#lib/orders/actor.ts';
import type { AttemptKey } from '#lib/payment-provider/provider.ts';
import { tookNothing } from '#lib/payments/payment-rows.ts';
import { cancelCharge } from '#lib/payments/query-charge.ts';
import { settlePayment } from '#lib/payments/settling/settle-payment.ts';
import type { Finding } from '#lib/payments/settling/settlement.ts';

/**
 * The job for a declined attempt. The provider would accept another card for its charge forever, from any
 * person who knows its client secret, so the charge is cancelled there. If another card has paid the
 * charge meanwhile, it is settled as a late charge. A charge that a bank is processing can't be
 * cancelled; if it is declined later, settling it enqueues this job again. Throws while the provider
 * gives no answer, so that the job is retried.
 */
export async function cancelDeclinedCharge(key: AttemptKey): Promise<void> {
  let finding: Finding | undefined;
  await settlePayment({
    key,
    async ask(payment) {
      finding = tookNothing(payment.status) ? await cancelCharge(payment) : undefined;
      return finding;
    },
    actor: byJob('call_off_payment'),
  });
  if (finding === 'unknown') {
    throw new Error(`attempt ${key.attempt} of order ${key.orderId} is not cancelled yet`);
  }
}
