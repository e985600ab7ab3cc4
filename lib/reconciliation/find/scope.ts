import { Prisma } from '#lib/generated/prisma/client.ts';
import type { OrderKey } from '#lib/stock/move-stock.ts';

/**
 * What a finder looks at: a part of all shoppers, or some orders and charges. `orders` and `charges` are conditions
 * for its statement, on the aliases `o` (orders) and `c` (charges in `provider_entry`).
 */
export interface Scope {
  orders: Prisma.Sql;
  charges: Prisma.Sql;
  /**
   * The shoppers of these orders and charges, as a condition on a column of another table. It changes no result:
   * PostgreSQL does not conclude from `p.user_id = o.user_id` that a range of the one is also a range of the other,
   * and without it reads the whole table for each part.
   */
  shoppers: (column: string) => Prisma.Sql;
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
  const shoppers = (column: string) =>
    high === undefined
      ? Prisma.sql`${Prisma.raw(column)} >= ${low}::uuid`
      : Prisma.sql`${Prisma.raw(column)} >= ${low}::uuid AND ${Prisma.raw(column)} < ${high}::uuid`;
  return {
    shoppers,
    orders: Prisma.sql`${shoppers('o.user_id')} AND o.placed_at >= ${from} AND o.placed_at < ${to}`,
    charges: Prisma.sql`${shoppers('c.user_id')} AND c.created_at >= ${from} AND c.created_at < ${to}`,
  };
}

function idFrom(part: number, parts: number): string | undefined {
  if (part >= parts) return undefined;
  const prefix = Math.floor((part * steps) / parts);
  return `${prefix.toString(16).padStart(4, '0')}0000-0000-0000-0000-000000000000`;
}

export interface Keys {
  orders: readonly OrderKey[];
  /** The provider's ids. */
  charges: readonly string[];
  /** The shoppers of both. */
  shoppers: readonly string[];
}

export function keyScope({ orders, charges, shoppers }: Keys): Scope {
  const keys = JSON.stringify(orders);
  return {
    shoppers: (column) => Prisma.sql`${Prisma.raw(column)} = ANY(${shoppers}::uuid[])`,
    orders: Prisma.sql`(o.user_id, o.id) IN (
      SELECT "userId", "orderId" FROM json_to_recordset(${keys}::json) AS key ("userId" uuid, "orderId" uuid))`,
    charges: Prisma.sql`c.charge_ref = ANY(${charges}::text[])`,
  };
}

export type { OrderKey };
