import { Prisma } from '#lib/generated/prisma/client.ts';
import type { Scope } from '#lib/reconciliation/find/scope.ts';

/**
 * Orders whose lines do not add up to their subtotal. An order and its lines are written in one statement and never
 * changed. The database itself refuses an order whose total is not the sum of its parts.
 */
export const findSums = ({ orders, shoppers }: Scope) => Prisma.sql`
  SELECT 'order_sum_differs' AS kind, o.id::text AS subject, o.user_id AS "userId", o.id AS "orderId",
         NULL::text AS "providerRef", jsonb_build_object('subtotalMinor', o.subtotal_minor) AS ours,
         jsonb_build_object('lines', count(l.sku), 'sumMinor', coalesce(sum(l.quantity::bigint * l.unit_price_minor), 0))
           AS theirs
  FROM orders o
  LEFT JOIN order_line l ON l.user_id = o.user_id AND l.order_id = o.id AND ${shoppers('l.user_id')}
  WHERE ${orders}
  GROUP BY o.user_id, o.id, o.subtotal_minor
  HAVING coalesce(sum(l.quantity::bigint * l.unit_price_minor), 0) <> o.subtotal_minor`;
