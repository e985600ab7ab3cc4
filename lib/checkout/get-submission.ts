import type { z } from 'zod';
import { isClaimed } from '#lib/checkout/gateway/claim.ts';
import { isPlacing } from '#lib/checkout/gateway/single-flight.ts';
import type { submissionStateSchema } from '#lib/checkout/submission/schema.ts';
import { orderUrl } from '#lib/orders/order-request.ts';
import { findOrderOfSubmission } from '#lib/orders/read/find-orders.ts';
import { db } from '#lib/platform/database/db.ts';

/**
 * The state of a submission. `done` comes from the database. `in_progress` comes from this process or
 * Redis, and may be missing while Redis is away. So `unknown` means "nothing was ordered so far": send the
 * same submission again to make sure.
 */
export async function getSubmission(submission: {
  userId: string;
  submitToken: string;
}): Promise<z.output<typeof submissionStateSchema>> {
  // Read before the database: a submission that finishes between the two reads is found there.
  const busy = isPlacing(submission.userId, submission.submitToken) || (await isClaimed(submission));
  const order = await findOrderOfSubmission(db(), submission);
  // While its card is being charged, the order exists but has no answer yet.
  if (order && !(busy && !order.accepted)) return { state: 'done', orderUrl: orderUrl(order.id) };
  return { state: busy ? 'in_progress' : 'unknown' };
}
