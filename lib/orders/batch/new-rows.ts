import { Prisma } from '#lib/generated/prisma/client.ts';
import type { LineSnapshot, NewOrder } from '#lib/orders/decide/decide.ts';
import type { OrderRequest } from '#lib/orders/order-request.ts';
import { plainArray, textArray } from '#lib/platform/database/pg-array.ts';

/** The columns that the order writer writes for a new order: one list for each database table. */

/** A column: its name and type in the database, and how to get its value from a row. */
interface Column<Row> {
  name: string;
  type: 'uuid' | 'text' | 'int' | 'bigint' | 'jsonb';
  of: (row: Row) => string | number | null;
  /** Typed by a person, or JSON: quotes, commas and backslashes are escaped. Other values contain none. */
  free?: true;
}

/** The columns of a new order that are sent as values. The statement computes the others. */
export const orderColumns: Column<NewOrder>[] = [
  { name: 'user_id', type: 'uuid', of: (order) => order.userId },
  { name: 'id', type: 'uuid', of: (order) => order.id },
  { name: 'number', type: 'text', of: (order) => order.number },
  { name: 'cart_id', type: 'uuid', of: (order) => order.cartId },
  { name: 'submit_token', type: 'uuid', of: (order) => order.submitToken },
  { name: 'body_hash', type: 'text', of: (order) => order.bodyHash },
  { name: 'lines_hash', type: 'text', of: (order) => order.linesHash },
  { name: 'currency', type: 'text', of: (order) => order.currency },
  { name: 'subtotal_minor', type: 'int', of: (order) => order.subtotalMinor },
  { name: 'shipping_minor', type: 'int', of: (order) => order.shippingMinor },
  { name: 'tax_minor', type: 'int', of: (order) => order.taxMinor },
  { name: 'discount_minor', type: 'int', of: (order) => order.discountMinor },
  { name: 'total_minor', type: 'int', of: (order) => order.totalMinor },
  { name: 'email', type: 'text', of: ({ orderRequest }) => orderRequest.email, free: true },
  { name: 'shipping_method', type: 'text', of: ({ orderRequest }) => orderRequest.shippingMethod },
  {
    name: 'shipping_address',
    type: 'jsonb',
    of: ({ orderRequest }) => JSON.stringify(orderRequest.shippingAddress),
    free: true,
  },
  { name: 'email_hash', type: 'bigint', of: ({ orderRequest }) => orderRequest.emailHash },
  { name: 'network_hash', type: 'bigint', of: ({ orderRequest }) => orderRequest.networkHash ?? null },
  { name: 'unit_count', type: 'int', of: (order) => order.unitCount },
];

/** The additional columns of its first payment. */
export const paymentColumns: Column<NewOrder>[] = [
  { name: 'method', type: 'text', of: ({ orderRequest }) => orderRequest.payment.method },
  { name: 'token', type: 'text', of: ({ orderRequest }) => tokenOf(orderRequest), free: true },
];

export const lineColumns: Column<LineSnapshot & { userId: string; id: string }>[] = [
  { name: 'user_id', type: 'uuid', of: (line) => line.userId },
  { name: 'order_id', type: 'uuid', of: (line) => line.id },
  { name: 'sku', type: 'text', of: (line) => line.sku, free: true },
  { name: 'title', type: 'text', of: (line) => line.title, free: true },
  { name: 'quantity', type: 'int', of: (line) => line.quantity },
  { name: 'unit_price_minor', type: 'int', of: (line) => line.unitPriceMinor },
];

export const namesOf = (columns: readonly { name: string }[]) =>
  Prisma.raw(columns.map(({ name }) => name).join(', '));

/** The rows as a table for a FROM clause, with one array for each column. */
export function rowsOf<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Prisma.Sql {
  const arrays = columns.map(
    ({ type, of, free }) =>
      Prisma.sql`${free ? textArray(rows.map((row) => textOrNull(of(row)))) : plainArray(rows.map(of))}::${Prisma.raw(type)}[]`,
  );
  return Prisma.sql`unnest(${Prisma.join(arrays)}) AS row (${namesOf(columns)})`;
}

const textOrNull = (value: string | number | null) => (value === null ? null : String(value));

function tokenOf({ payment }: OrderRequest): string | null {
  return payment.method === 'card' ? payment.token : null;
}
