import { byShopper } from '#lib/orders/actor.ts';
import type { AttemptKey } from '#lib/payment-provider/provider.ts';
import { orUnavailable } from '#lib/payments/or-unavailable.ts';
import { isOpen } from '#lib/payments/payment-rows.ts';
import { createCharge } from '#lib/payments/query-charge.ts';
import { type Settled, settlePayment } from '#lib/payments/settling/settle-payment.ts';

/**
 * Charges a recorded attempt (the order's latest if none is named) and writes the outcome. An attempt
 * that was charged before is returned as it is. An attempt whose process died is continued. Undefined
 * when there is no such attempt. Throws `unavailable`.
 */
export function chargeAttempt(
  key: Omit<AttemptKey, 'attempt'> & { attempt?: number },
  origin: string | undefined,
): Promise<Settled | undefined> {
  return orUnavailable(
    settlePayment({
      key,
      ask: async (payment) => (payment.status === 'created' ? createCharge(payment, origin) : undefined),
      actor: byShopper,
    }),
  );
}

/** Whether to tell the shopper that their card was refused: the attempt is over, the order never accepted. */
export function isRefused({ order, payment }: Settled): boolean {
  return !order.accepted && !isOpen(payment.status);
}
