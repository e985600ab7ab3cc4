import { type Decision, decideAgain } from '#lib/orders/decide.ts';
import { findOrderOfSubmission } from '#lib/orders/find-orders.ts';
import type { OrderRequest } from '#lib/orders/order-request.ts';
import { db } from '#lib/platform/database/db.ts';

/** The decision about the order that this submission has already made; undefined when it made none. */
export async function findExistingOrder(orderRequest: OrderRequest): Promise<Decision | undefined> {
  const order = await findOrderOfSubmission(db(), orderRequest);
  return order && decideAgain(orderRequest, order);
}
