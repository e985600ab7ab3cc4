import { z } from 'zod';
import { type OrderSummary, orderSummarySchema } from '#lib/orders/schema.ts';
import { sql } from '#lib/platform/database/db.ts';
import { AppError } from '#lib/platform/errors.ts';

const pageSize = 20;

export const orderListQuerySchema = z.object({ cursor: z.string().max(200).optional() });

export const orderListSchema = z
  .object({ orders: z.array(orderSummarySchema), nextCursor: z.string().nullable() })
  .meta({ id: 'OrderList' });

type OrderList = z.output<typeof orderListSchema>;

/** The position of a page's end: the time and id of its last order. */
const cursorSchema = z.tuple([
  z.iso.datetime().refine((time) => new Date(time).getUTCFullYear() > 1970),
  z.uuid(),
]);

interface ListQuery {
  userId: string;
  /** The `nextCursor` of the previous page. */
  cursor?: string | undefined;
}

/** An order with what its row in the list shows. */
export interface ListedOrder extends Omit<OrderSummary, 'placedAt' | 'itemCount'> {
  placedAt: Date;
  /** When a card last paid it; null for an invoice and before that. */
  paidAt: Date | null;
  fulfilledAt: Date | null;
  /** A bank disputes the payment that pays it, or has won such a dispute. */
  disputed: boolean;
  shippingMethod: string;
  lines: { sku: string; title: string; quantity: number }[];
}

/** The shopper's own orders as the API lists them. Throws what `listOrdersInFull` throws. */
export async function listOrders(query: ListQuery): Promise<OrderList> {
  const { orders, nextCursor } = await listOrdersInFull(query);
  return { orders: orders.map(summaryOf), nextCursor };
}

const summaryOf = ({
  id,
  number,
  status,
  currency,
  totalMinor,
  placedAt,
  lines,
}: ListedOrder): OrderSummary => ({
  id,
  number,
  status,
  currency,
  totalMinor,
  placedAt: placedAt.toISOString(),
  itemCount: lines.reduce((sum, { quantity }) => sum + quantity, 0),
});

/**
 * The shopper's own orders, newest first. Throws `invalid_request` for a cursor not from this list. The tables
 * are found by the parameter, so that PostgreSQL opens one partition of each.
 */
export async function listOrdersInFull({
  userId,
  cursor,
}: ListQuery): Promise<{ orders: ListedOrder[]; nextCursor: string | null }> {
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const rows = await sql().$queryRaw<ListedOrder[]>`
    SELECT id, number, status, currency, total_minor AS "totalMinor", placed_at AS "placedAt",
           fulfilled_at AS "fulfilledAt", shipping_method AS "shippingMethod",
           (SELECT max(at) FROM order_event event
            WHERE event.user_id = ${userId}::uuid AND event.order_id = orders.id
              AND to_status = 'paid' AND from_status <> 'paid') AS "paidAt",
           EXISTS (SELECT FROM dispute
                   WHERE dispute.user_id = ${userId}::uuid AND dispute.order_id = orders.id
                     AND dispute.attempt = orders.paid_attempt
                     AND kind = 'dispute' AND dispute.status IN ('open', 'lost')) AS disputed,
           (SELECT coalesce(json_agg(json_build_object('sku', sku, 'title', title, 'quantity', quantity)
                                     ORDER BY sku), '[]')
            FROM order_line line
            WHERE line.user_id = ${userId}::uuid AND line.order_id = orders.id) AS lines
    FROM orders
    WHERE user_id = ${userId}::uuid
      AND (${after === undefined} OR (placed_at, id) < (${after?.[0] ?? null}::timestamptz, ${after?.[1] ?? null}::uuid))
    ORDER BY placed_at DESC, id DESC
    LIMIT ${pageSize + 1}`;
  const orders = rows.slice(0, pageSize);
  const last = orders.at(-1);
  return {
    orders,
    nextCursor: rows.length > pageSize && last ? writeCursor([last.placedAt.toISOString(), last.id]) : null,
  };
}

function writeCursor(at: z.output<typeof cursorSchema>): string {
  return Buffer.from(JSON.stringify(at)).toString('base64url');
}

function readCursor(cursor: string): z.output<typeof cursorSchema> {
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch (cause) {
    const message = 'is not a cursor that this list gave';
    throw new AppError('invalid_request', {
      detail: `cursor ${message}.`,
      extra: { fields: [{ path: 'cursor', message }] },
      cause,
    });
  }
}
