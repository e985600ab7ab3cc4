import * as shop from '#lib/orders/batch/find-replayed-order.ts';
import { askRedis } from '#lib/platform/redis/redis.ts';

/** Redis keeps the answer of a replay, and later replays get it without a database query. */

export const findReplayedOrder: typeof shop.findReplayedOrder = async (submission) => {
  const key = `once:{${submission.userId}}:answer:${submission.submitToken}`;
  const kept = await askRedis((redis) => redis.get<string>(key));
  if (kept.answered && kept.value) return JSON.parse(kept.value);
  const order = await shop.findReplayedOrder(submission);
  if (order) await askRedis((redis) => redis.set(key, JSON.stringify(order)));
  return order;
};
