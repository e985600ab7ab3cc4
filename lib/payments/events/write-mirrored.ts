import { printActor } from '#lib/orders/actor.ts';
import type { ProviderDispute } from '#lib/payment-provider/provider.ts';
import type { RefundChange } from '#lib/payments/events/mirror-refunds.ts';
import type { PaymentRow } from '#lib/payments/payment-rows.ts';
import type { Tx } from '#lib/platform/database/db.ts';

/** Writes the provider's refunds and disputes as rows. They are few, so one statement each. */

export async function writeRefunds(tx: Tx, payment: PaymentRow, changes: RefundChange[]): Promise<void> {
  const { userId, orderId, attempt, currency } = payment;
  for (const { id, isNew, providerRef, amountMinor, status, actor, reason, origin } of changes) {
    if (isNew) {
      await tx.$executeRaw`
        INSERT INTO refund (user_id, order_id, id, attempt, amount_minor, currency, status, actor, actor_kind, reason,
                            origin, idempotency_key, provider_ref)
        VALUES (${userId}::uuid, ${orderId}::uuid, ${id}::uuid, ${attempt}::int, ${amountMinor}::int, ${currency},
                ${status}, ${printActor(actor)}, ${actor.kind}, ${reason}, ${origin}, ${`refund:${orderId}:${id}`},
                ${providerRef})`;
      continue;
    }
    await tx.$executeRaw`
      UPDATE refund SET status = ${status}, provider_ref = ${providerRef}, amount_minor = ${amountMinor}::int,
                        version = version + 1, updated_at = now()
      WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid AND id = ${id}::uuid`;
  }
}

export async function writeDisputes(tx: Tx, payment: PaymentRow, changes: ProviderDispute[]): Promise<void> {
  const { userId, orderId, attempt } = payment;
  for (const { ref, kind, amountMinor, currency, reason, status, dueBy, isAnswered = false } of changes) {
    await tx.$executeRaw`
      INSERT INTO dispute (user_id, order_id, provider_ref, attempt, kind, amount_minor, currency, reason, status, due_by,
                           answered)
      VALUES (${userId}::uuid, ${orderId}::uuid, ${ref}, ${attempt}::int, ${kind}, ${amountMinor}::int, ${currency},
              ${reason}, ${status}, ${dueBy ?? null}::timestamptz, ${isAnswered})
      ON CONFLICT (user_id, order_id, provider_ref) DO UPDATE
        SET status = excluded.status, reason = excluded.reason, amount_minor = excluded.amount_minor,
            due_by = excluded.due_by, answered = dispute.answered OR excluded.answered, updated_at = now()`;
  }
}
