import type { OrderStatus } from '#lib/orders/schema.ts';
import { takesCards } from '#lib/payment-provider/takes-cards.ts';
import { isOver, type PaymentRow } from '#lib/payments/payment-rows.ts';

/** More cards than a person has; whoever needs more is trying out cards that are not theirs. */
const maxAttempts = 10;

/** The attempt that an order can be paid with next; none while it is paid, ended or on its way. */
export function nextAttempt(
  status: OrderStatus,
  payments: readonly Pick<PaymentRow, 'attempt' | 'status'>[],
): number | undefined {
  const last = payments.at(-1);
  const isDeclined = status === 'payment_declined' && payments.every((payment) => isOver(payment.status));
  const waits = isDeclined || last?.status === 'requires_action';
  if (!last || !waits || last.attempt >= maxAttempts || !takesCards()) return undefined;
  return last.attempt + 1;
}
