import { type Decision, decideAgain } from '#lib/orders/decide/decide.ts';
import type { OrderRequest } from '#lib/orders/order-request.ts';
import { findOrderOfSubmission } from '#lib/orders/read/find-orders.ts';
import { db } from '#lib/platform/database/db.ts';

/** The decision about the existing order of this submission; undefined when there is none. */
export async function findExistingOrder(orderRequest: OrderRequest): Promise<Decision | undefined> {
  const order = await findOrderOfSubmission(db(), orderRequest);
  return order && decideAgain(orderRequest, order);
}
