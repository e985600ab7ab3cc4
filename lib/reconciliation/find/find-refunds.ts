import { Prisma } from '#lib/generated/prisma/client.ts';
import type { Scope } from '#lib/reconciliation/find/scope.ts';

/** Compares refunds and disputes of the shop with the money that the provider moved for them. */

/** The provider makes a refund within seconds, or some minutes later by a job. */
const requestedMinutes = 60;

/**
 * The provider's refunds of the shop's payments. One whose money came back was not paid. One that is pending there is
 * on the balance already, and `created` here. What was only authorised is released, without a movement.
 */
export const findRefunds = ({ orders, shoppers }: Scope) => Prisma.sql`
  WITH attempt AS MATERIALIZED (
    SELECT p.user_id, p.order_id, p.attempt, p.provider_ref, p.refunded_minor FROM orders o
    JOIN payment p ON p.user_id = o.user_id AND p.order_id = o.id AND ${shoppers('p.user_id')}
    WHERE ${orders} AND p.method = 'card'),
  -- Few. One list of all refunds is cheaper than a look for each payment's.
  refunded AS MATERIALIZED (
    SELECT * FROM attempt WHERE refunded_minor <> 0 OR (user_id, order_id, attempt) IN (
      SELECT r.user_id, r.order_id, r.attempt FROM refund r WHERE ${shoppers('r.user_id')})),
  own AS (
    SELECT r.* FROM refunded p JOIN refund r
      ON r.user_id = p.user_id AND r.order_id = p.order_id AND r.attempt = p.attempt
    WHERE r.status IN ('created', 'succeeded') AND r.provider_ref IS DISTINCT FROM p.provider_ref),
  moved AS (
    SELECT p.user_id, p.order_id, p.attempt, e.source_ref, e.charge_ref, -sum(e.amount_minor) AS amount_minor,
           min(e.currency) AS currency, (array_agg(e.refund_id) FILTER (WHERE e.refund_id IS NOT NULL))[1] AS refund_id
    FROM attempt p JOIN provider_entry e ON e.charge_ref = p.provider_ref
    WHERE e.kind IN ('refund', 'refund_failure')
    GROUP BY p.user_id, p.order_id, p.attempt, e.source_ref, e.charge_ref HAVING sum(e.amount_minor) <> 0)
  SELECT 'refund_differs' AS kind, coalesce(moved.source_ref, own.provider_ref, own.id::text) AS subject,
         coalesce(own.user_id, moved.user_id) AS "userId", coalesce(own.order_id, moved.order_id) AS "orderId",
         coalesce(moved.source_ref, own.provider_ref) AS "providerRef",
         CASE WHEN own.id IS NOT NULL
           THEN jsonb_build_object('refund', own.id, 'status', own.status, 'amountMinor', own.amount_minor,
                                   'currency', own.currency) END
           AS ours,
         CASE WHEN moved.source_ref IS NOT NULL
           THEN jsonb_build_object('charge', moved.charge_ref, 'amountMinor', moved.amount_minor,
                                   'currency', moved.currency) END AS theirs
  FROM own FULL JOIN moved
    ON moved.user_id = own.user_id AND moved.order_id = own.order_id
      AND moved.source_ref = coalesce(own.provider_ref, moved.source_ref)
      AND (own.provider_ref IS NOT NULL OR moved.refund_id = own.id)
  WHERE own.id IS NULL OR own.amount_minor <> moved.amount_minor OR own.currency <> moved.currency
    OR moved.source_ref IS NULL AND (own.status = 'succeeded'
      OR own.created_at < now() - make_interval(mins => ${requestedMinutes}::int))
  UNION ALL
  -- The payment's own sum of its refunds, unless a refund above tells it.
  SELECT 'refund_differs', format('%s/%s', p.order_id, p.attempt), p.user_id, p.order_id, p.provider_ref,
         jsonb_build_object('refundedMinor', p.refunded_minor, 'sumOfRefunds', sums.minor), NULL
  FROM refunded p CROSS JOIN LATERAL (
    SELECT coalesce(sum(amount_minor), 0)::int AS minor, bool_or(r.provider_ref = p.provider_ref) AS was_released
    FROM refund r
    WHERE r.user_id = p.user_id AND r.order_id = p.order_id AND r.attempt = p.attempt AND r.status = 'succeeded') AS sums
  WHERE p.refunded_minor <> sums.minor AND (sums.was_released OR sums.minor = (
    SELECT coalesce(sum(amount_minor), 0) FROM moved
    WHERE moved.user_id = p.user_id AND moved.order_id = p.order_id AND moved.attempt = p.attempt))`;

/** A lost dispute has taken money for good, and a won one has given it back. */
export const findDisputes = ({ orders, shoppers }: Scope) => Prisma.sql`
  WITH attempt AS MATERIALIZED (
    SELECT p.user_id, p.order_id, p.attempt, p.provider_ref, p.lost_minor FROM orders o
    JOIN payment p ON p.user_id = o.user_id AND p.order_id = o.id AND ${shoppers('p.user_id')}
    WHERE ${orders} AND p.method = 'card'),
  moved AS (
    SELECT p.user_id, p.order_id, e.source_ref, -sum(e.amount_minor) AS taken_minor, min(e.currency) AS currency
    FROM attempt p JOIN provider_entry e ON e.charge_ref = p.provider_ref
    WHERE e.kind IN ('dispute', 'dispute_reversal')
    GROUP BY p.user_id, p.order_id, e.source_ref),
  own AS (
    SELECT DISTINCT d.* FROM attempt p
    JOIN dispute d ON d.user_id = p.user_id AND d.order_id = p.order_id AND ${shoppers('d.user_id')}
    WHERE d.kind = 'dispute')
  SELECT 'dispute_unanswered' AS kind, provider_ref AS subject, user_id AS "userId", order_id AS "orderId",
         provider_ref AS "providerRef",
         jsonb_build_object('status', status, 'amountMinor', amount_minor, 'currency', currency, 'dueBy', due_by) AS ours,
         NULL::jsonb AS theirs
  FROM own WHERE status = 'open' AND NOT answered
  UNION ALL
  SELECT 'dispute_differs', coalesce(moved.source_ref, own.provider_ref), coalesce(own.user_id, moved.user_id),
         coalesce(own.order_id, moved.order_id), coalesce(moved.source_ref, own.provider_ref),
         CASE WHEN own.status IS NOT NULL
           THEN jsonb_build_object('status', own.status, 'amountMinor', own.amount_minor) END,
         CASE WHEN moved.source_ref IS NOT NULL
           THEN jsonb_build_object('takenMinor', moved.taken_minor, 'currency', moved.currency) END
  FROM own FULL JOIN moved
    ON moved.user_id = own.user_id AND moved.order_id = own.order_id AND moved.source_ref = own.provider_ref
  WHERE own.status IS NULL
    OR (own.status = 'lost') <> (coalesce(moved.taken_minor, 0) > 0) AND own.status IN ('lost', 'won')
  UNION ALL
  SELECT 'cost_differs', format('loss %s/%s', a.order_id, a.attempt), a.user_id, a.order_id, a.provider_ref,
         jsonb_build_object('lostMinor', a.lost_minor, 'lostDisputesMinor', coalesce(lost.minor, 0)), NULL
  FROM attempt a LEFT JOIN (
    SELECT user_id, order_id, attempt, sum(amount_minor) AS minor FROM own WHERE status = 'lost'
    GROUP BY user_id, order_id, attempt) AS lost
    ON lost.user_id = a.user_id AND lost.order_id = a.order_id AND lost.attempt = a.attempt
  WHERE a.lost_minor <> coalesce(lost.minor, 0)`;
