import { type ChargesOfOrder, readChargesOf } from '#lib/order-management/proof/read-charges.ts';
import { readSubmissionsOf, type SubmissionOfOrder } from '#lib/order-management/proof/read-submissions.ts';
import { isOver } from '#lib/payments/payment-rows.ts';
import { db } from '#lib/platform/database/db.ts';

/** What happened to each submission of an order's checkout, and to each attempt to pay it. */
export interface OrderProof {
  order: {
    id: string;
    number: string;
    status: string;
    totalMinor: number;
    currency: string;
    placedAt: Date;
  };
  /** What the database holds now. Each is one, or the last one zero once the order needs no money. */
  counts: { ordersOfToken: number; ordersOfCart: number; livePayments: number };
  submissions: SubmissionOfOrder[];
  /** There are more than are listed. */
  moreSubmissions: boolean;
  charges: ChargesOfOrder;
}

/** Reads the proof of an order. It asks the provider, and changes nothing. */
export async function readOrderProof(key: { userId: string; orderId: string }): Promise<OrderProof> {
  const { userId, orderId } = key;
  const order = await db().order.findUniqueOrThrow({ where: { userId_id: { userId, id: orderId } } });
  const { id, number, status, totalMinor, currency, placedAt, cartId, submitToken } = order;
  const [ordersOfToken, ordersOfCart, recorded, charges] = await Promise.all([
    db().order.count({ where: { userId, submitToken } }),
    db().order.count({ where: { userId, cartId } }),
    readSubmissionsOf({ userId, id, cartId, submitToken }),
    readChargesOf({ userId, id }),
  ]);
  const livePayments = charges.attempts.filter(({ ours }) => !isOver(ours.status)).length;
  return {
    order: { id, number, status, totalMinor, currency, placedAt },
    counts: { ordersOfToken, ordersOfCart, livePayments },
    submissions: recorded.submissions,
    moreSubmissions: recorded.more,
    charges,
  };
}
