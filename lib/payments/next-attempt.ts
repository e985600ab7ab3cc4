import type { OrderStatus } from '#lib/orders/schema.ts';
import { takesCards } from '#lib/payment-provider/takes-cards.ts';
import { isOver, type PaymentRow } from '#lib/payments/payment-rows.ts';

/** More cards than a person has: more attempts than this mean card testing. */
const maxAttempts = 10;

/**
 * The number of the next attempt that may pay the order. Undefined while the order is paid, has ended or
 * is being paid, when it has used all its attempts, and when the shop takes no cards.
 */
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
