import type { OrderRow } from '#lib/orders/order-rows.ts';
import type { PaymentRow } from '#lib/payments/payment-rows.ts';
import type { Tx } from '#lib/platform/database/db.ts';

/** Adds an attempt to pay an order by card, for the order's total. The caller has locked the order. */
export async function writeAttempt(
  tx: Tx,
  { id: orderId, totalMinor, currency }: OrderRow,
  { userId, attempt, token, status, providerRef }: NewAttempt,
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO payment (user_id, order_id, attempt, method, status, amount_minor, currency, idempotency_key,
                         provider_ref, token)
    VALUES (${userId}::uuid, ${orderId}::uuid, ${attempt}::int, 'card', ${status}, ${totalMinor}::int,
            ${currency}, ${`order:${orderId}:${attempt}`}, ${providerRef}, ${token})`;
}

interface NewAttempt extends Pick<PaymentRow, 'userId' | 'attempt' | 'status' | 'providerRef'> {
  token: string;
}
