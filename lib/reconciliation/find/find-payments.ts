import { Prisma } from '#lib/generated/prisma/client.ts';
import type { Scope } from '#lib/reconciliation/find/scope.ts';

/** What the shop's orders and payments say that the provider, or each other, do not. */

/** The shop's own jobs have settled a payment, or ended an order, long before. */
const unknownMinutes = 60;
const holdMinutes = 10;

/**
 * Joins tables and no named subqueries: PostgreSQL expects almost no rows of those, and compares each row of one with
 * each of the other.
 */
export const findPayments = ({ orders, shoppers }: Scope) => Prisma.sql`
  WITH attempted AS MATERIALIZED (
    SELECT o.user_id, o.id, o.status AS order_status, o.total_minor, o.currency AS order_currency, o.hold_until, o.paid_attempt,
           p.attempt, p.method, p.status, p.provider_ref, p.amount_minor, p.currency, p.captured_minor, p.fee_minor, p.created_at
    FROM orders o LEFT JOIN payment p ON p.user_id = o.user_id AND p.order_id = o.id AND ${shoppers('p.user_id')}
    WHERE ${orders}),
  known AS (
    SELECT user_id, id, order_status, total_minor, order_currency, hold_until, count(attempt) > 0 AS has_payments,
           -- While all of it is being refunded, a fulfilled order is still what it was.
           bool_or(status IN ('succeeded', 'authorized', 'returning') OR method = 'invoice') AS is_live,
           bool_or(status IN ('succeeded', 'authorized')) AS is_paid,
           bool_or(attempt = paid_attempt AND status NOT IN ('succeeded', 'authorized', 'returning', 'due'))
             AS payer_paid_nothing
    FROM attempted GROUP BY user_id, id, order_status, total_minor, order_currency, hold_until),
  paid AS (
    SELECT attempted.*, charge.* FROM attempted
    CROSS JOIN LATERAL (
      SELECT sum(amount_minor) AS captured, min(currency) AS charged_currency, sum(e.fee_minor)::bigint AS charged_fee
      FROM provider_entry e
      WHERE e.charge_ref = provider_ref AND e.kind = 'charge') AS charge
    WHERE method = 'card')
  SELECT 'paid_without_charge' AS kind, format('%s/%s', id, attempt) AS subject, user_id AS "userId", id AS "orderId",
         provider_ref AS "providerRef",
         jsonb_build_object('status', status, 'capturedMinor', captured_minor, 'currency', currency) AS ours,
         (SELECT jsonb_build_object('otherCharge', e.charge_ref, 'capturedMinor', e.amount_minor, 'currency', e.currency)
          FROM provider_entry e
          WHERE e.kind = 'charge' AND e.user_id = paid.user_id AND e.order_id = paid.id AND e.attempt = paid.attempt
          ORDER BY e.created_at LIMIT 1) AS theirs
  FROM paid
  -- An authorisation that was cancelled is refunded, too. It has taken nothing.
  WHERE (status = 'succeeded' OR status IN ('returning', 'refunded') AND captured_minor > 0) AND captured IS NULL
  UNION ALL
  SELECT 'paid_without_charge', id::text, user_id, id, NULL,
         jsonb_build_object('status', order_status, 'totalMinor', total_minor, 'currency', order_currency), NULL
  FROM known
  WHERE order_status IN ('paid', 'fulfilled') AND has_payments AND is_live IS NOT TRUE
  UNION ALL
  -- Both are written in one transaction.
  SELECT 'status_differs', id::text, user_id, id, NULL,
         jsonb_build_object('order', order_status, 'attempts', (
           SELECT jsonb_object_agg(p.attempt, p.status) FROM payment p
           WHERE p.user_id = known.user_id AND p.order_id = known.id)), NULL
  FROM known
  WHERE order_status IN ('payment_pending', 'payment_processing', 'payment_unknown', 'payment_declined') AND is_paid
    OR order_status IN ('paid', 'fulfilled') AND is_live AND payer_paid_nothing
  UNION ALL
  SELECT 'amount_differs', format('%s/%s', id, attempt), user_id, id, provider_ref,
         jsonb_build_object('totalMinor', total_minor, 'orderCurrency', order_currency, 'amountMinor', amount_minor,
                            'capturedMinor', captured_minor, 'currency', currency),
         CASE WHEN captured IS NOT NULL
           THEN jsonb_build_object('capturedMinor', captured, 'currency', charged_currency) END
  FROM paid
  WHERE status IN ('succeeded', 'authorized', 'returning', 'refunded')
    AND (amount_minor <> total_minor OR currency <> order_currency
         OR captured <> captured_minor OR charged_currency <> currency)
  UNION ALL
  SELECT 'cost_differs', format('fee %s/%s', id, attempt), user_id, id, provider_ref,
         jsonb_build_object('feeMinor', fee_minor), jsonb_build_object('feeMinor', charged_fee)
  FROM paid WHERE fee_minor <> charged_fee
  UNION ALL
  SELECT 'payment_unknown', format('%s/%s', id, attempt), user_id, id, provider_ref,
         jsonb_build_object('status', status, 'since', created_at), NULL
  FROM paid
  WHERE status IN ('created', 'unknown') AND created_at < now() - make_interval(mins => ${unknownMinutes}::int)
  UNION ALL
  SELECT 'order_without_payment', id::text, user_id, id, NULL,
         jsonb_build_object('status', order_status, 'totalMinor', total_minor, 'currency', order_currency), NULL
  FROM known
  WHERE NOT has_payments
  UNION ALL
  SELECT 'hold_expired', id::text, user_id, id, NULL,
         jsonb_build_object('status', order_status, 'holdUntil', hold_until), NULL
  FROM known
  WHERE hold_until < now() - make_interval(mins => ${holdMinutes}::int)
    AND order_status IN ('placed', 'payment_pending', 'payment_declined')`;
