import { addJob } from '#lib/jobs/add-job.ts';
import type { OrderVersion } from '#lib/jobs/jobs.ts';
import { db } from '#lib/platform/database/db.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { shopperWith } from '#proof/harness/shopper/shopper.ts';

/** Places an order by invoice, from a new shopper. */
export async function placeOrder(sku: string, change: Record<string, unknown> = {}): Promise<OrderVersion> {
  const shopper = await shopperWith(callHandlers, sku);
  const response = await shopper.order(await shopper.body(change));
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
  const { order } = (await response.json()) as { order: { id: string } };
  const { userId, version } = await db().order.findFirstOrThrow({ where: { id: order.id } });
  return { userId, orderId: order.id, version };
}

/** Adds one job that notifies about versions of orders, as the order writer does for a batch. */
export function announceLater(...events: OrderVersion[]): Promise<void> {
  return addJob(db(), 'announce', { events });
}
