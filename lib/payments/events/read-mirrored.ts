import type { AttemptKey } from '#lib/payment-provider/provider.ts';
import type { DisputeRow } from '#lib/payments/events/mirror-disputes.ts';
import type { RefundRow } from '#lib/payments/events/mirror-refunds.ts';
import type { Tx } from '#lib/platform/database/db.ts';

/** What is recorded of an attempt's refunds and disputes. Under the order's lock, nobody else writes them. */

export function readRefunds(tx: Tx, { userId, orderId, attempt }: AttemptKey): Promise<RefundRow[]> {
  return tx.$queryRaw<RefundRow[]>`
    SELECT id, provider_ref AS "providerRef", amount_minor AS "amountMinor", status, actor, reason, origin
    FROM refund
    WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid AND attempt = ${attempt}::int
    ORDER BY created_at, id`;
}

export function readDisputes(tx: Tx, { userId, orderId, attempt }: AttemptKey): Promise<DisputeRow[]> {
  return tx.$queryRaw<DisputeRow[]>`
    SELECT provider_ref AS "providerRef", kind, amount_minor AS "amountMinor", status, due_by AS "dueBy"
    FROM dispute
    WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid AND attempt = ${attempt}::int`;
}
