import { Prisma } from '#lib/generated/prisma/client.ts';
import type { Range, Scope } from '#lib/reconciliation/find/scope.ts';

/** Compares the stock with its ledger, and the ledger with the orders. */

/** In one statement, so that both are of the same moment. `skus`: a condition on the column `sku`. */
export const findStock = (skus: Prisma.Sql) => Prisma.sql`
  SELECT 'stock_differs' AS kind, sku AS subject, NULL::uuid AS "userId", NULL::uuid AS "orderId",
         NULL::text AS "providerRef", jsonb_build_object('available', available) AS ours,
         jsonb_build_object('ledger', coalesce(units, 0)) AS theirs
  FROM (SELECT sku, available FROM stock WHERE ${skus}) AS stock
  FULL JOIN (SELECT sku, sum(delta)::bigint AS units FROM stock_movement WHERE ${skus} GROUP BY sku) AS ledger
    USING (sku)
  WHERE coalesce(available, 0) <> coalesce(units, 0)`;

/**
 * From when on orders and changes of the stock are compared. While a shop gets the ledger, processes of the release
 * before still change stock without a note, and order and cancel without movements of their own. A shop that began
 * with the ledger has no such time.
 */
const ledgerBegan = Prisma.sql`(
  SELECT CASE WHEN min(finished_at) > max(finished_at) - interval '10 minutes' THEN '-infinity'::timestamptz
              ELSE max(finished_at) + interval '1 hour' END
  FROM _prisma_migrations WHERE migration_name IN ('0001_shop', '0020_stock_ledger'))`;

/** Since then the first stock of an item has a note, so that a delivery without one was written without one. */
const notesBegan = Prisma.sql`(
  SELECT coalesce(max(finished_at), 'infinity') FROM _prisma_migrations WHERE migration_name = '0026_explained_stock')`;

/**
 * Changes of the stock that say nothing: one for each statement, with the items that it changed. Each reason has an index
 * of its own.
 */
export const findUnexplained = (movements: Prisma.Sql) => Prisma.sql`
  SELECT 'stock_unexplained' AS kind, id::text AS subject, NULL::uuid AS "userId", NULL::uuid AS "orderId",
         NULL::text AS "providerRef",
         jsonb_build_object('at', min(created_at), 'items', count(*),
                            'units', (jsonb_object_agg(sku, delta) FILTER (WHERE place <= 20))) AS ours,
         NULL::jsonb AS theirs
  FROM (SELECT *, row_number() OVER (PARTITION BY id ORDER BY sku) AS place FROM (
          SELECT * FROM stock_movement
          WHERE reason = 'correction' AND note IS NULL AND created_at > ${ledgerBegan} AND ${movements}
          UNION ALL
          SELECT * FROM stock_movement
          WHERE reason IN ('import', 'return') AND note IS NULL AND created_at > ${notesBegan} AND ${movements}
        ) AS unexplained) AS change
  GROUP BY id`;

export const unexplainedIn = ({ from, to }: Range) =>
  Prisma.sql`created_at >= ${from} AND created_at < ${to}`;

/** Orders whose movements are not what they hold. Those from before the ledger have no movement of turn 1. */
export const findOrderStock = ({ orders, shoppers }: Scope) => Prisma.sql`
  SELECT 'order_stock_differs' AS kind, format('%s/%s', o.id, l.sku) AS subject, o.user_id AS "userId",
         o.id AS "orderId", NULL::text AS "providerRef",
         jsonb_build_object('sku', l.sku, 'holds', held.units, 'status', o.status) AS ours,
         jsonb_build_object('moved', coalesce(-moved.units, 0)) AS theirs
  FROM orders o
  JOIN order_line l ON l.user_id = o.user_id AND l.order_id = o.id AND ${shoppers('l.user_id')}
  CROSS JOIN LATERAL (
    SELECT CASE WHEN o.status IN ('cancelled', 'refunded') AND o.fulfilled_at IS NULL THEN 0 ELSE l.quantity END
      AS units) AS held
  CROSS JOIN LATERAL (
    SELECT sum(delta)::int AS units FROM stock_movement m
    WHERE m.sku = l.sku AND m.id = o.id) AS moved
  WHERE ${orders} AND coalesce(-moved.units, 0) <> held.units
    AND o.placed_at > ${ledgerBegan}
    AND EXISTS (SELECT FROM stock WHERE stock.sku = l.sku)`;
