import { Prisma } from '#lib/generated/prisma/client.ts';
import { sql } from '#lib/platform/database/db.ts';
import type { SqlRunner } from '#lib/platform/database/sql-client.ts';
import { env } from '#lib/platform/env.ts';
import { findChangedDays } from '#lib/reconciliation/close-day.ts';
import type { Finding } from '#lib/reconciliation/discrepancy.ts';
import { findCharges, findForeignCharges } from '#lib/reconciliation/find/find-charges.ts';
import { findDeliveries } from '#lib/reconciliation/find/find-deliveries.ts';
import { findKeptMoney } from '#lib/reconciliation/find/find-kept-money.ts';
import { findPayments } from '#lib/reconciliation/find/find-payments.ts';
import { findDisputes, findRefunds } from '#lib/reconciliation/find/find-refunds.ts';
import {
  findOrderStock,
  findStock,
  findUnexplained,
  unexplainedIn,
} from '#lib/reconciliation/find/find-stock.ts';
import { findSums } from '#lib/reconciliation/find/find-sums.ts';
import {
  keyScope,
  type OrderKey,
  partScope,
  type Range,
  type Scope,
} from '#lib/reconciliation/find/scope.ts';
import type { Checked } from '#lib/reconciliation/runs.ts';

/** Runs the finders. Each is one statement, so it compares rows of one moment. */

const ofOrders = [
  findCharges,
  findPayments,
  findKeptMoney,
  findRefunds,
  findDisputes,
  findSums,
  findOrderStock,
  findDeliveries,
];

async function findIn(scope: Scope, run: SqlRunner = sql()): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const finder of ofOrders) found.push(...(await run.$queryRaw<Finding[]>(finder(scope))));
  return found;
}

const find = (statement: Prisma.Sql): Promise<Finding[]> => sql().$queryRaw<Finding[]>(statement);

/**
 * Runs statements about a part of all shoppers. PostgreSQL can't estimate how many rows a small range of uuids has,
 * and takes it for one. It then reads the whole range of a table again for each order, if it may.
 */
function inOnePass<Result>(work: (tx: SqlRunner) => Promise<Result>): Promise<Result> {
  return sql().$transaction(async (tx) => {
    await tx.$queryRaw`SELECT set_config('enable_nestloop', 'off', true)`;
    return work(tx);
  });
}

/** Compares the orders of some shoppers, and counts what was compared. */
export async function comparePart(
  part: number,
  parts: number,
  range: Range,
): Promise<{ found: Finding[]; counted: Partial<Checked> }> {
  const scope = partScope(part, parts, range);
  return inOnePass(async (tx) => {
    const [counted = {}] = await tx.$queryRaw<Partial<Checked>[]>`
    WITH known AS NOT MATERIALIZED (SELECT o.user_id, o.id FROM orders o WHERE ${scope.orders})
    SELECT (SELECT count(*) FROM known)::int AS orders,
           (SELECT count(*) FROM known JOIN payment p ON p.user_id = known.user_id AND p.order_id = known.id
            WHERE ${scope.shoppers('p.user_id')})::int AS payments,
           (SELECT count(*) FROM known JOIN refund r ON r.user_id = known.user_id AND r.order_id = known.id
            WHERE ${scope.shoppers('r.user_id')})::int AS refunds,
           (SELECT count(*) FROM provider_entry c WHERE c.kind = 'charge' AND ${scope.charges})::int AS charges`;
    return { found: await findIn(scope, tx), counted };
  });
}

/** Compares the changes of the stock without a note. */
export const compareUnexplained = (range: Range): Promise<Finding[]> =>
  find(findUnexplained(unexplainedIn(range)));

/** A charge of another program, by its time and id, as their index has them. */
export type ForeignPlace = [at: string, ref: string];

const foreignPerPart = 1_000;

/** Compares the next charges of other programs after `after`. `last`: the last charge, if there may be more. */
export async function compareForeign(
  { from, to }: Range,
  after: ForeignPlace | undefined,
): Promise<{ found: Finding[]; last: ForeignPlace | undefined }> {
  const [at, ref] = after ?? [from.toISOString(), ''];
  const charges = await sql().$queryRaw<{ at: Date; ref: string }[]>`
    SELECT created_at AS at, charge_ref AS ref FROM provider_entry
    WHERE kind = 'charge' AND user_id IS NULL AND created_at >= ${at}::timestamptz AND created_at < ${to}
      AND (created_at, charge_ref) > (${at}::timestamptz, ${ref})
    ORDER BY created_at, charge_ref LIMIT ${foreignPerPart}::int`;
  const refs = charges.map((charge) => charge.ref);
  const last = charges.length < foreignPerPart ? undefined : charges.at(-1);
  return {
    found: await findForeign(Prisma.sql`c.charge_ref = ANY(${refs}::text[])`),
    last: last && [last.at.toISOString(), last.ref],
  };
}

async function findForeign(charges: Prisma.Sql): Promise<Finding[]> {
  return env().RECONCILE_FOREIGN_CHARGES === 'ignore' ? [] : find(findForeignCharges(charges));
}

/** Items in one part of the stock, all of whose movements one statement adds up. */
const skusPerPart = 100;

/** Compares the next items after `after` with their ledger. `last`: the last item, if there may be more. */
export async function compareStock(
  after: string,
): Promise<{ found: Finding[]; counted: Partial<Checked>; last: string | undefined }> {
  const items = await sql().$queryRaw<{ sku: string }[]>`
    SELECT sku FROM stock WHERE sku > ${after}
    UNION SELECT sku FROM (
      SELECT DISTINCT sku FROM stock_movement WHERE sku > ${after} ORDER BY sku LIMIT ${skusPerPart}::int) AS gone
    ORDER BY sku LIMIT ${skusPerPart}::int`;
  const skus = items.map(({ sku }) => sku);
  return {
    found: await find(findStock(Prisma.sql`sku = ANY(${skus}::text[])`)),
    counted: { skus: skus.length },
    last: skus.length < skusPerPart ? undefined : skus.at(-1),
  };
}

/** What a second look is about. */
export interface Suspects {
  orders: OrderKey[];
  charges: string[];
  skus: string[];
  /** Ids of stock movements. */
  movements: string[];
  /** Closed days, as `2026-05-03`. */
  days: string[];
}

/** Compares these orders, charges, items and movements again, whatever their time. */
export async function compareAgain({ orders, charges, skus, movements, days }: Suspects): Promise<Finding[]> {
  const known = await sql().$queryRaw<{ ref: string; userId: string | null }[]>`
    SELECT charge_ref AS ref, user_id AS "userId" FROM provider_entry
    WHERE kind = 'charge' AND (user_id, order_id) IN (
      SELECT "userId", "orderId" FROM json_to_recordset(${JSON.stringify(orders)}::json)
        AS key ("userId" uuid, "orderId" uuid))
    UNION
    SELECT charge_ref, user_id FROM provider_entry WHERE kind = 'charge' AND charge_ref = ANY(${charges}::text[])`;
  const shoppers = new Set([...orders, ...known].flatMap(({ userId }) => userId ?? []));
  const changed: Finding[] = [];
  for (const day of new Set(days)) changed.push(...(await findChangedDays(day, day)));
  const refs = [...new Set([...charges, ...known.map(({ ref }) => ref)])];
  return [
    ...changed,
    ...(await findIn(keyScope({ orders, charges: refs, shoppers: [...shoppers] }))),
    ...(await findForeign(Prisma.sql`c.charge_ref = ANY(${refs}::text[])`)),
    ...(await find(findStock(Prisma.sql`sku = ANY(${skus}::text[])`))),
    ...(await find(findUnexplained(Prisma.sql`id = ANY(${movements}::uuid[])`))),
  ];
}
