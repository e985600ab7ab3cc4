import * as shop from '#lib/checkout/gateway/claim.ts';
import { askRedis } from '#lib/platform/redis/redis.ts';

/** A submission is still claimed, but two submissions of one shopper may run at the same time. */

export * from '#lib/checkout/gateway/claim.ts';

export const claimSubmission: typeof shop.claimSubmission = async (submission) => {
  const claim = await shop.claimSubmission(submission);
  if (claim.state === 'fresh') await askRedis((redis) => redis.del(`once:{${submission.userId}}:lock`));
  // This request came between the other's claim and the deletion of its lock.
  if (claim.state === 'in_progress' && claim.what === 'another') return claimSubmission(submission);
  return claim as never;
};
