import { readActor } from '#lib/orders/actor.ts';
import type { AttemptKey } from '#lib/payment-provider/provider.ts';
import type { DisputeRow } from '#lib/payments/events/mirror-disputes.ts';
import type { RefundRow } from '#lib/payments/events/mirror-refunds.ts';
import type { Tx } from '#lib/platform/database/db.ts';

/** The recorded refunds and disputes of an attempt. Only the holder of the order's lock writes them. */

export async function readRefunds(tx: Tx, { userId, orderId, attempt }: AttemptKey): Promise<RefundRow[]> {
  const rows = await tx.$queryRaw<(Omit<RefundRow, 'actor'> & Parameters<typeof readActor>[0])[]>`
    SELECT id, provider_ref AS "providerRef", amount_minor AS "amountMinor", status, actor,
           actor_kind AS "actorKind", reason, origin
    FROM refund
    WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid AND attempt = ${attempt}::int
    ORDER BY created_at, id`;
  return rows.map(({ actor, actorKind, ...row }) => ({ ...row, actor: readActor({ actor, actorKind }) }));
}

export function readDisputes(tx: Tx, { userId, orderId, attempt }: AttemptKey): Promise<DisputeRow[]> {
  return tx.$queryRaw<DisputeRow[]>`
    SELECT provider_ref AS "providerRef", kind, amount_minor AS "amountMinor", status, due_by AS "dueBy",
           answered
    FROM dispute
    WHERE user_id = ${userId}::uuid AND order_id = ${orderId}::uuid AND attempt = ${attempt}::int`;
}
