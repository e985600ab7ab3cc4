import type { AttemptKey } from '#lib/payment-provider/provider.ts';
import { orUnavailable } from '#lib/payments/or-unavailable.ts';
import { isOpen } from '#lib/payments/payment-rows.ts';
import { createCharge } from '#lib/payments/query-charge.ts';
import { type Settled, settlePayment } from '#lib/payments/settling/settle-payment.ts';

/**
 * Charges an attempt that is written down, the order's latest if none is named, and writes what came
 * of it. One that was charged before is answered as it stands; one whose process died is gone on
 * with. Undefined when there is no such attempt.
 */
export function chargeAttempt(
  key: Omit<AttemptKey, 'attempt'> & { attempt?: number },
  origin: string | undefined,
): Promise<Settled | undefined> {
  return orUnavailable(
    settlePayment({
      key,
      ask: async (payment) => (payment.status === 'created' ? createCharge(payment, origin) : undefined),
      actor: 'shopper',
    }),
  );
}

/** Whether the shopper is to be told that their card was refused: it was, and nothing was said before. */
export function isRefused({ order, payment }: Settled): boolean {
  return !order.accepted && !isOpen(payment.status);
}
