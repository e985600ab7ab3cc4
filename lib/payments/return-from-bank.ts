import { lookUp } from '#lib/payments/find-out.ts';
import { isOpen } from '#lib/payments/payment-rows.ts';
import { settlePayment } from '#lib/payments/settle-payment.ts';

/**
 * The shopper is back from their bank: the provider is asked how it went, whatever the address says
 * that they were sent back with. Opened twice it is the same; while the provider gives no answer the
 * webhook or the sweep tells.
 */
export async function returnFromBank(key: { userId: string; orderId: string }): Promise<void> {
  await settlePayment({
    key,
    ask: async (payment) =>
      isOpen(payment.status) && payment.providerRef !== null ? lookUp(payment) : undefined,
    actor: 'shopper',
  });
}
