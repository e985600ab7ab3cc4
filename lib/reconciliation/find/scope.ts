import { Prisma } from '#lib/generated/prisma/client.ts';
import type { OrderKey } from '#lib/stock/move-stock.ts';

/**
 * What a finder looks at: a part of all shoppers, or some orders and charges. Both are conditions for its
 * statement, on the aliases `o` (orders) and `c` (charges in `provider_entry`).
 */
export interface Scope {
  orders: Prisma.Sql;
  charges: Prisma.Sql;
}

/** A time range by the database's clock; `to` is not part of it. */
export interface Range {
  from: Date;
  to: Date;
}

const steps = 65_536;

/** The shoppers whose ids begin between two steps of 65,536: part `part` of `parts`. */
export function partScope(part: number, parts: number, { from, to }: Range): Scope {
  const [low, high] = [idFrom(part, parts), idFrom(part + 1, parts)];
  const isIn = (column: Prisma.Sql) =>
    high === undefined
      ? Prisma.sql`${column} >= ${low}::uuid`
      : Prisma.sql`${column} >= ${low}::uuid AND ${column} < ${high}::uuid`;
  return {
    orders: Prisma.sql`${isIn(Prisma.raw('o.user_id'))} AND o.placed_at >= ${from} AND o.placed_at < ${to}`,
    charges: Prisma.sql`${isIn(Prisma.raw('c.user_id'))} AND c.created_at >= ${from} AND c.created_at < ${to}`,
  };
}

function idFrom(part: number, parts: number): string | undefined {
  if (part >= parts) return undefined;
  const prefix = Math.floor((part * steps) / parts);
  return `${prefix.toString(16).padStart(4, '0')}0000-0000-0000-0000-000000000000`;
}

export function keyScope(orders: readonly OrderKey[], charges: readonly string[]): Scope {
  const keys = JSON.stringify(orders);
  return {
    orders: Prisma.sql`(o.user_id, o.id) IN (
      SELECT "userId", "orderId" FROM json_to_recordset(${keys}::json) AS key ("userId" uuid, "orderId" uuid))`,
    charges: Prisma.sql`c.charge_ref = ANY(${charges}::text[])`,
  };
}

export type { OrderKey };
