import * as shop from '#lib/checkout/gateway/claim.ts';
import { askRedis } from '#lib/platform/redis/redis.ts';

/** The claim of a submission stands, but two submissions of one shopper may be at work at once. */

export * from '#lib/checkout/gateway/claim.ts';

export const claimSubmission: typeof shop.claimSubmission = async (submission) => {
  const claim = await shop.claimSubmission(submission);
  if (claim.state === 'fresh') await askRedis((redis) => redis.del(`once:{${submission.userId}}:lock`));
  // It came between the other's claim and its giving back of the lock.
  if (claim.state === 'in_progress' && claim.what === 'another') return claimSubmission(submission);
  return claim as never;
};
