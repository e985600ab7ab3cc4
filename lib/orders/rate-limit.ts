import { Ratelimit } from '@upstash/ratelimit';
import type { Redis } from '@upstash/redis';
import { env } from '#lib/env.ts';
import { networkOf } from '#lib/orders/network-of.ts';
import { askRedis, redisDeadlineMs } from '#lib/redis.ts';

export type Quota = { limited: false } | { limited: true; retryAfterSeconds: number };

/**
 * Counts a fresh claim against the shopper's quota and that of the network it came from. Asked
 * for fresh claims only, so that a replay never uses up a quota. Without Redis nobody is limited.
 *
 * Both limits are asked at once, so a claim that one of them refuses still counts for the other.
 */
export async function limitFreshClaim(claim: { userId: string; ip: string | undefined }): Promise<Quota> {
  const network = claim.ip === undefined ? undefined : networkOf(claim.ip);
  const { RATE_LIMIT_SHOPPER_PER_MIN: ofShopper, RATE_LIMIT_IP_PER_MIN: ofNetwork } = env();
  const byShopper = ofShopper > 0;
  const byNetwork = ofNetwork > 0 && network !== undefined;
  if (!byShopper && !byNetwork) return { limited: false };

  const asked = await askRedis((redis) => {
    const { shopper, address } = limitersOf(redis);
    // The braces are the hash tag: all keys of one limit lie on one node of a cluster.
    return Promise.all([
      ...(byShopper ? [shopper.limit(`{${claim.userId}}`)] : []),
      ...(byNetwork ? [address.limit(`{${network}}`)] : []),
    ]);
  });
  const refusals = asked.answered ? asked.value.filter(({ success }) => !success) : [];
  if (refusals.length === 0) return { limited: false };
  // `reset` comes from the clock of whichever process counted last, and may be hours off; nobody's quota
  // takes longer than its minute to be there again.
  const waitMs = Math.min(60_000, Math.max(...refusals.map(({ reset }) => reset - Date.now())));
  return { limited: true, retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) };
}

interface Limiters {
  shopper: Ratelimit;
  address: Ratelimit;
}

const limiters = new WeakMap<Redis, Limiters>();

function limitersOf(redis: Redis): Limiters {
  let pair = limiters.get(redis);
  if (!pair) {
    pair = makeLimiters(redis);
    limiters.set(redis, pair);
  }
  return pair;
}

function makeLimiters(redis: Redis): Limiters {
  const { RATE_LIMIT_SHOPPER_PER_MIN: ofShopper, RATE_LIMIT_IP_PER_MIN: ofNetwork } = env();
  const common = {
    redis,
    // After this long the library lets the request through as if Redis had said so. That must
    // never come before `askRedis` gives up at its deadline, or its breaker hears of nothing.
    timeout: 2 * redisDeadlineMs,
    // The library would remember a refused shopper in a map without bounds, and a refused network
    // until the end of the minute even where the sliding window has room again before that.
    ephemeralCache: false as const,
    analytics: false,
    enableTelemetry: false,
  };
  return {
    shopper: new Ratelimit({
      ...common,
      prefix: 'once:limit:shopper',
      limiter: Ratelimit.tokenBucket(...bucketOf(ofShopper)),
    }),
    address: new Ratelimit({
      ...common,
      prefix: 'once:limit:network',
      limiter: Ratelimit.slidingWindow(ofNetwork, '60 s'),
    }),
  };
}

/**
 * A bucket of `perMinute` tokens that fills up evenly, one by one where that takes a second or
 * more: whoever is refused waits for the next token and not for the end of the minute.
 */
function bucketOf(perMinute: number): [refill: number, every: `${number} ms`, size: number] {
  const refill = Math.max(1, Math.ceil(perMinute / 60));
  return [refill, `${Math.round((60_000 * refill) / Math.max(1, perMinute))} ms`, perMinute];
}
