import { Prisma } from '#lib/generated/prisma/client.ts';
import type { Scope } from '#lib/reconciliation/find/scope.ts';

/**
 * Money that belongs to the shopper: of an order that has ended, or of an attempt that no longer pays its order. When
 * an order ends, a refund of all its money is requested in the same transaction, so there is always a request for it.
 * Only a refund that failed leaves such money, which a person has to request again.
 *
 * Held is what the balance says, minus the refunds that are not on the balance yet. What is only reserved has no entry
 * there, so the payment says it.
 */
export const findKeptMoney = ({ orders, shoppers }: Scope) => Prisma.sql`
  WITH owed AS MATERIALIZED (
    SELECT o.user_id, o.id, o.status AS order_status, p.attempt, p.status, p.provider_ref, p.amount_minor, p.currency
    FROM orders o JOIN payment p ON p.user_id = o.user_id AND p.order_id = o.id AND ${shoppers('p.user_id')}
    WHERE ${orders} AND p.method = 'card' AND p.status IN ('succeeded', 'authorized', 'returning', 'refunded')
      AND (o.status IN ('cancelled', 'refunded') OR p.status = 'returning')),
  held AS MATERIALIZED (
    SELECT owed.*, CASE WHEN status = 'authorized' THEN coalesce(balance.minor, amount_minor) ELSE balance.minor END
      AS held
    FROM owed CROSS JOIN LATERAL (
      SELECT sum(amount_minor) AS minor FROM provider_entry e WHERE e.charge_ref = owed.provider_ref) AS balance)
  SELECT 'money_kept' AS kind, format('%s/%s', id, attempt) AS subject, user_id AS "userId", id AS "orderId",
         provider_ref AS "providerRef",
         jsonb_build_object('order', order_status, 'payment', status, 'requestedMinor', requested.minor) AS ours,
         jsonb_build_object('heldMinor', held, 'currency', currency) AS theirs
  FROM held CROSS JOIN LATERAL (
    SELECT coalesce(sum(r.amount_minor), 0) AS minor FROM refund r
    WHERE r.user_id = held.user_id AND r.order_id = held.id AND r.attempt = held.attempt
      AND r.status IN ('created', 'succeeded') AND NOT EXISTS (
        SELECT FROM provider_entry e
        WHERE e.charge_ref = held.provider_ref AND e.kind IN ('refund', 'refund_failure')
          AND (e.source_ref = r.provider_ref OR e.refund_id = r.id))) AS requested
  WHERE held > requested.minor`;
