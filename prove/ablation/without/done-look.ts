import * as shop from '#lib/orders/find-replayed-order.ts';
import { askRedis } from '#lib/redis.ts';

/** Redis keeps what a replay was answered with, and later replays get it without a look at the database. */

export const findReplayedOrder: typeof shop.findReplayedOrder = async (submission) => {
  const key = `once:{${submission.userId}}:answer:${submission.submitToken}`;
  const kept = await askRedis((redis) => redis.get<Awaited<ReturnType<typeof shop.findReplayedOrder>>>(key));
  if (kept.answered && kept.value) return kept.value;
  const order = await shop.findReplayedOrder(submission);
  if (order) await askRedis((redis) => redis.set(key, order));
  return order;
};
