import { setTimeout as sleep } from 'node:timers/promises';
import { claimSubmission, completeClaim, forgetDone, releaseClaim } from '#lib/checkout/gateway/claim.ts';
import { inProgress } from '#lib/checkout/gateway/in-progress.ts';
import { findReplayedOrder } from '#lib/orders/batch/find-replayed-order.ts';
import { type Decision, decideAgain } from '#lib/orders/decide/decide.ts';
import type { OrderRequest } from '#lib/orders/order-request.ts';
import { findExistingOrder } from '#lib/orders/read/find-existing-order.ts';
import { within } from '#lib/platform/deadline.ts';
import { logger } from '#lib/platform/logger.ts';
import type { Trail } from '#lib/submissions/trail.ts';

/** How long a duplicate waits for the answer to the first submission (part of the API contract). */
export const duplicateWaitMs = 2_000;

/** Pauses between checks of a claim that another request holds. */
const claimPollMs = [20, 40, 80, 120, 200];

/**
 * Runs `work` while this request holds the claim of its submission. When another request's claim has led
 * to an order, `work` gets the decision about that order instead, without a claim.
 * Throws `in_progress` when another request holds the claim for longer than a duplicate waits, and what
 * `work` throws.
 */
export async function withClaim(
  orderRequest: OrderRequest,
  trail: Trail,
  work: (existing?: Decision) => Promise<Decision>,
): Promise<Decision> {
  trail.layer = 'redis';
  const claim = await claimOrExisting(orderRequest, trail);
  if ('outcome' in claim) return work(claim);
  let decision: Decision | undefined;
  try {
    decision = await work();
    return decision;
  } finally {
    const end = decision?.outcome === 'accepted' ? completeClaim : releaseClaim;
    // Not awaited, so that the shopper's answer does not depend on Redis. A claim that could not be ended
    // expires, and until then the database answers.
    end(orderRequest, claim.owner).catch((error) => logger().error({ err: error }, 'claim not ended'));
  }
}

async function claimOrExisting(
  orderRequest: OrderRequest,
  trail: Trail,
): Promise<{ owner: string } | Decision> {
  const until = performance.now() + duplicateWaitMs;
  for (let look = 0; ; look += 1) {
    const claim = await claimSubmission(orderRequest);
    if (claim.state === 'fresh') return { owner: claim.owner };
    const late = performance.now() > until;
    if (claim.state === 'done') {
      const replayed = findReplayedOrder(orderRequest);
      const order = await within(duplicateWaitMs, replayed, () => inProgress(orderRequest));
      if (order) {
        return decideAgain(orderRequest, order);
      }
      if (late) throw inProgress(orderRequest);
      // The database was restored to a moment before this order. The same order is placed again.
      await forgetDone(orderRequest);
      continue;
    }
    if (late) return existingOrThrow(orderRequest, trail, claim.what);
    await sleep(claimPollMs[Math.min(look, claimPollMs.length - 1)]);
  }
}

/** Checks the database, because the claim's holder may have died after its commit. Throws `in_progress`. */
async function existingOrThrow(
  orderRequest: OrderRequest,
  trail: Trail,
  what: 'this' | 'another',
): Promise<Decision> {
  const existing = await findExistingOrder(orderRequest);
  if (!existing) throw inProgress(orderRequest, what);
  trail.layer = 'database';
  return existing;
}
