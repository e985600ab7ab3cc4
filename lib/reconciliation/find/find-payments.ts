import { Prisma } from '#lib/generated/prisma/client.ts';
import type { Scope } from '#lib/reconciliation/find/scope.ts';

/** What the shop's orders and payments say that the provider, or each other, do not. */

/** The shop's own jobs have settled a payment, or ended an order, long before. */
const unknownMinutes = 60;
const holdMinutes = 10;

export const findPayments = ({ orders }: Scope) => Prisma.sql`
  WITH known AS (
    SELECT o.user_id, o.id, o.status AS order_status, o.total_minor, o.currency AS order_currency, o.hold_until,
           o.paid_attempt
    FROM orders o WHERE ${orders}),
  paid AS (
    SELECT known.*, p.attempt, p.status, p.provider_ref, p.amount_minor, p.currency, p.captured_minor, p.created_at,
           charge.captured, charge.charged_currency
    FROM known JOIN payment p ON p.user_id = known.user_id AND p.order_id = known.id AND p.method = 'card'
    LEFT JOIN LATERAL (
      SELECT sum(amount_minor) AS captured, min(currency) AS charged_currency FROM provider_entry e
      WHERE e.charge_ref = p.provider_ref AND e.kind = 'charge') AS charge ON true)
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
  WHERE order_status IN ('paid', 'fulfilled') AND EXISTS (
    SELECT FROM payment p WHERE p.user_id = known.user_id AND p.order_id = known.id) AND NOT EXISTS (
    SELECT FROM payment p
    WHERE p.user_id = known.user_id AND p.order_id = known.id
      AND (p.status IN ('succeeded', 'authorized') OR p.method = 'invoice'))
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
  SELECT 'payment_unknown', format('%s/%s', id, attempt), user_id, id, provider_ref,
         jsonb_build_object('status', status, 'since', created_at), NULL
  FROM paid
  WHERE status IN ('created', 'unknown') AND created_at < now() - make_interval(mins => ${unknownMinutes}::int)
  UNION ALL
  SELECT 'order_without_payment', id::text, user_id, id, NULL,
         jsonb_build_object('status', order_status, 'totalMinor', total_minor, 'currency', order_currency), NULL
  FROM known
  WHERE NOT EXISTS (SELECT FROM payment p WHERE p.user_id = known.user_id AND p.order_id = known.id)
  UNION ALL
  SELECT 'hold_expired', id::text, user_id, id, NULL,
         jsonb_build_object('status', order_status, 'holdUntil', hold_until), NULL
  FROM known
  WHERE hold_until < now() - make_interval(mins => ${holdMinutes}::int)
    AND order_status IN ('placed', 'payment_pending', 'payment_declined')`;
