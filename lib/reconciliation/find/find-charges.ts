import { Prisma } from '#lib/generated/prisma/client.ts';
import type { Scope } from '#lib/reconciliation/find/scope.ts';

/** What the provider's charges say that the shop's orders do not. */

/** How old a charge is before an attempt that does not show it counts as a difference: the shop's jobs settle it. */
const settlingMinutes = 10;

/** Charges among these that hold money: more was captured than refunded or taken back. */
const holding = (charges: Prisma.Sql, isAsked = Prisma.sql`true`) => Prisma.sql`
  SELECT c.charge_ref AS ref, c.user_id, c.order_id, c.attempt, c.currency, c.created_at, ${isAsked} AS is_asked, sums.*
  FROM provider_entry c CROSS JOIN LATERAL (
    SELECT sum(amount_minor) AS held
    FROM provider_entry e WHERE e.charge_ref = c.charge_ref) AS sums
  WHERE c.kind = 'charge' AND ${charges} AND sums.held > 0`;

/**
 * Also looks at the other charges of their orders: the second of two charges may be in another time range. Each fact is
 * told once: a payment that names a charge which does not exist is `paid_without_charge`, and an order without
 * payments is `order_without_payment`.
 *
 * Almost all charges are right, so what only a few need is looked up for these few. Those subqueries count, because
 * PostgreSQL turns an EXISTS into a hash of the whole table.
 */
export const findCharges = ({ charges, shoppers }: Scope) => Prisma.sql`
  WITH held AS (
    SELECT holding.*, count(*) OVER (PARTITION BY user_id, order_id) AS live
    FROM (${holding(shoppers('c.user_id'), charges)}) AS holding),
  judged AS (
    SELECT held.*, o.id IS NOT NULL AS has_order, p.provider_ref AS known, p.status
    FROM held
    LEFT JOIN orders o ON o.user_id = held.user_id AND o.id = held.order_id AND ${shoppers('o.user_id')}
    LEFT JOIN payment p ON p.user_id = held.user_id AND p.order_id = held.order_id AND p.attempt = held.attempt
      AND ${shoppers('p.user_id')}),
  suspect AS (
    SELECT judged.* FROM judged
    WHERE is_asked AND (NOT has_order OR live > 1 OR known IS DISTINCT FROM ref
      OR status IN ('created', 'requires_action', 'processing', 'unknown', 'declined', 'voided')))
  SELECT 'charge_without_order' AS kind, ref AS subject, user_id AS "userId", order_id AS "orderId",
         ref AS "providerRef", NULL::jsonb AS ours,
         jsonb_build_object('heldMinor', held, 'currency', currency, 'at', created_at) AS theirs
  FROM suspect WHERE NOT has_order
  UNION ALL
  SELECT 'two_live_charges', order_id::text, user_id, order_id,
         (array_agg(ref ORDER BY attempt IS NOT DISTINCT FROM paid_attempt, ref))[1],
         jsonb_build_object('paidAttempt', min(paid_attempt)),
         jsonb_agg(jsonb_build_object('ref', ref, 'attempt', attempt, 'heldMinor', held, 'currency', currency)
                   ORDER BY ref)
  FROM (SELECT suspect.*, (SELECT paid_attempt FROM orders o WHERE o.user_id = suspect.user_id AND o.id = order_id)
        FROM suspect WHERE has_order AND live > 1) AS live
  GROUP BY user_id, order_id
  UNION ALL
  SELECT 'charge_unmatched', ref, user_id, order_id, ref,
         CASE WHEN status IS NOT NULL THEN jsonb_build_object('status', status, 'providerRef', known) END,
         jsonb_build_object('attempt', attempt, 'heldMinor', held, 'currency', currency)
  FROM suspect
  WHERE has_order AND live = 1
    AND (SELECT count(*) FROM payment own WHERE own.user_id = suspect.user_id AND own.order_id = suspect.order_id) > 0
    AND (status IN ('created', 'requires_action', 'processing', 'unknown')
         AND created_at > now() - make_interval(mins => ${settlingMinutes}::int)) IS NOT TRUE
    AND (status IN ('succeeded', 'returning', 'refunded')
         AND (SELECT count(*) FROM provider_entry known WHERE known.charge_ref = suspect.known) = 0) IS NOT TRUE`;

/** Charges without this shop's metadata. They belong to no shopper, so they are found by their time. */
export const findForeignCharges = (charges: Prisma.Sql) => Prisma.sql`
  SELECT 'foreign_charge' AS kind, ref AS subject, NULL::uuid AS "userId", NULL::uuid AS "orderId",
         ref AS "providerRef", NULL::jsonb AS ours,
         jsonb_build_object('heldMinor', held, 'currency', currency, 'at', created_at) AS theirs
  FROM (${holding(charges)} AND c.user_id IS NULL) AS held`;
