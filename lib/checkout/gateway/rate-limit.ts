import { Ratelimit } from '@upstash/ratelimit';
import type { Redis } from '@upstash/redis';
import { lookAtDeclines } from '#lib/abuse/declines.ts';
import { env } from '#lib/platform/env.ts';
import { countedNetwork } from '#lib/platform/http/network-of.ts';
import { countInProcess } from '#lib/platform/redis/in-process.ts';
import { askRedis } from '#lib/platform/redis/redis.ts';

/** `suspicious`: so many cards were declined around this claim that its card needs a challenge first. */
export type Quota = { limited: false; suspicious?: true } | { limited: true; retryAfterSeconds: number };

export interface FreshClaim {
  userId: string;
  ip: string | undefined;
  /** The card that is to be charged; absent for an invoice. */
  card?: { email?: string; token: string } | undefined;
}

/** Both limits are for a minute. */
const windowMs = 60_000;

/**
 * Counts a fresh claim against the shopper's quota and that of the network it came from, and looks
 * whether cards were declined around it. Asked for fresh claims only, so that a replay never uses up
 * a quota. While Redis does not answer, this process counts alone.
 *
 * Everything is asked at the same time, so a claim that one limit refuses still counts for the other.
 */
export async function limitFreshClaim({ userId, ip, card }: FreshClaim): Promise<Quota> {
  const network = countedNetwork(ip);
  const { RATE_LIMIT_SHOPPER_PER_MIN: ofShopper, RATE_LIMIT_IP_PER_MIN: ofNetwork } = env();
  const byShopper = ofShopper > 0;
  const byNetwork = ofNetwork > 0 && network !== undefined;
  const look = card && lookAtDeclines({ userId, network, ...card });
  if (!byShopper && !byNetwork && !look) return { limited: false };

  const asked = await askRedis((redis) => {
    const { shopper, address } = limitersOf(redis);
    // The braces are the hash tag: all keys of one limit lie on one node of a cluster.
    return Promise.all([
      Promise.all([
        ...(byShopper ? [shopper.limit(`{${userId}}`)] : []),
        ...(byNetwork ? [address.limit(`{${network}}`)] : []),
      ]),
      look?.ask(redis),
    ]);
  });
  const [waitMs, counts] = asked.answered
    ? [waitOf(asked.value[0]), asked.value[1]]
    : [
        limitInProcess([byShopper ? [userId, ofShopper] : [], byNetwork ? [network, ofNetwork] : []]),
        undefined,
      ];
  if (waitMs > 0) return { limited: true, retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) };
  return look?.isOver(counts) ? { limited: false, suspicious: true } : { limited: false };
}

/** How long the refused have to wait; 0 when none was refused. */
function waitOf(answers: readonly { success: boolean; reset: number }[]): number {
  const refusals = answers.filter(({ success }) => !success);
  if (refusals.length === 0) return 0;
  // `reset` comes from the clock of whichever process counted last, and may be hours off; nobody's quota
  // takes longer than its minute to be there again.
  return Math.max(1, Math.min(windowMs, Math.max(...refusals.map(({ reset }) => reset - Date.now()))));
}

/** The same by this process's own counts: whole minutes, from each one's first claim on. */
function limitInProcess(limits: readonly ([name: string, perMinute: number] | [])[]): number {
  const waits = limits.map(([name, perMinute = 0]) => {
    if (name === undefined) return 0;
    const { count, leftMs } = countInProcess(`limit:${name}`, windowMs);
    return count > perMinute ? leftMs : 0;
  });
  return Math.max(0, ...waits);
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
    // The library's own timeout would let the request through as if Redis had said so, and the breaker
    // of `askRedis`, which has a deadline, would hear of nothing. Zero is none.
    timeout: 0,
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
