import * as shop from '#lib/orders/claim.ts';
import { askRedis } from '#lib/redis.ts';

/** A claim stands until its owner gives it back, whatever became of its owner. */

export * from '#lib/orders/claim.ts';

export const claimSubmission: typeof shop.claimSubmission = async (submission) => {
  const { userId, submitToken } = submission;
  const claim = await shop.claimSubmission(submission);
  if (claim.state === 'fresh') {
    const keys = [`once:{${userId}}:submission:${submitToken}`, `once:{${userId}}:lock`];
    await askRedis((redis) => Promise.all(keys.map((key) => redis.persist(key))));
  }
  return claim as never;
};
