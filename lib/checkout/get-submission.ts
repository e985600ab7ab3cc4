import type { z } from 'zod';
import { isClaimed } from '#lib/checkout/gateway/claim.ts';
import { isPlacing } from '#lib/checkout/gateway/single-flight.ts';
import type { submissionStateSchema } from '#lib/checkout/submission/schema.ts';
import { findOrderOfSubmission } from '#lib/orders/find-orders.ts';
import { orderUrl } from '#lib/orders/order-request.ts';
import { db } from '#lib/platform/database/db.ts';

/**
 * What became of a submission. `done` is the database's word. `in_progress` is this process's or
 * Redis's and may be missing while Redis is away; so `unknown` means "nothing was ordered so far",
 * and sending the same submission again is the way to make sure.
 */
export async function getSubmission(submission: {
  userId: string;
  submitToken: string;
}): Promise<z.output<typeof submissionStateSchema>> {
  // Asked before the database: a submission that is done between the two looks is then found there.
  const busy = isPlacing(submission.userId, submission.submitToken) || (await isClaimed(submission));
  const order = await findOrderOfSubmission(db(), submission);
  // An order whose card is being charged stands, but its answer is still on the way.
  if (order && !(busy && !order.accepted)) return { state: 'done', orderUrl: orderUrl(order.id) };
  return { state: busy ? 'in_progress' : 'unknown' };
}
