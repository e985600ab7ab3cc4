import { z } from 'zod';
import { type OrderSummary, orderSummarySchema } from '#lib/orders/schema.ts';
import { db } from '#lib/platform/database/db.ts';
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

/** The shopper's own orders, newest first. Throws `invalid_request` for a cursor not from this list. */
export async function listOrders({
  userId,
  cursor,
}: {
  userId: string;
  cursor?: string;
}): Promise<OrderList> {
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const rows = await db().$queryRaw<(Omit<OrderSummary, 'placedAt'> & { placedAt: Date })[]>`
    SELECT id, number, status, currency, total_minor AS "totalMinor", placed_at AS "placedAt",
           (SELECT coalesce(sum(quantity), 0)::int FROM order_line line
            WHERE line.user_id = orders.user_id AND line.order_id = orders.id) AS "itemCount"
    FROM orders
    WHERE user_id = ${userId}::uuid
      AND (${after === undefined} OR (placed_at, id) < (${after?.[0] ?? null}::timestamptz, ${after?.[1] ?? null}::uuid))
    ORDER BY placed_at DESC, id DESC
    LIMIT ${pageSize + 1}`;
  const orders = rows.slice(0, pageSize).map((row) => ({ ...row, placedAt: row.placedAt.toISOString() }));
  const last = orders.at(-1);
  return {
    orders,
    nextCursor: rows.length > pageSize && last ? writeCursor([last.placedAt, last.id]) : null,
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
