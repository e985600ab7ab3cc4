import * as shop from '#lib/checkout/gateway/claim.ts';
import { askRedis } from '#lib/platform/redis/redis.ts';

/** A claim is held until its owner releases it, even if the owner has died. It names no process. */

export * from '#lib/checkout/gateway/claim.ts';

export const claimSubmission: typeof shop.claimSubmission = async (submission) => {
  const { userId, submitToken } = submission;
  const claim = await shop.claimSubmission(submission);
  if (claim.state !== 'fresh') return claim as never;
  const [owner = ''] = claim.owner.split('@');
  await askRedis((redis) =>
    Promise.all([
      redis.set(`once:{${userId}}:submission:${submitToken}`, `p${owner}`),
      redis.set(`once:{${userId}}:lock`, owner),
    ]),
  );
  return { state: 'fresh', owner };
};
