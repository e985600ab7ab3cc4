import { Ratelimit } from '@upstash/ratelimit';
import type { Redis } from '@upstash/redis';
import { lookAtDeclines } from '#lib/abuse/declines.ts';
import { env } from '#lib/platform/env.ts';
import { countedNetwork } from '#lib/platform/http/network-of.ts';
import { countInProcess } from '#lib/platform/redis/in-process.ts';
import { askRedis } from '#lib/platform/redis/redis.ts';

/**
 * `suspicious`: the card needs a challenge first, because too many cards were declined recently for its
 * shopper, network, email address or token, or in the whole shop.
 */
export type Quota = { limited: false; suspicious?: true } | { limited: true; retryAfterSeconds: number };

export interface FreshClaim {
  userId: string;
  ip: string | undefined;
  /** The card to be charged; absent for an invoice. */
  card?: { email?: string; token: string } | undefined;
}

/** Both limits are per minute. */
const windowMs = 60_000;

/**
 * Counts a fresh claim against the quotas of its shopper and its network, and checks whether related cards
 * were declined. Call it for fresh claims only, so that a replay never uses up a quota. While Redis does not
 * answer, this process uses its own counts.
 *
 * All checks run at the same time, so a claim that one limit refuses still counts for the other.
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
    // The braces are the hash tag, which puts all keys of one limit on one node of a cluster.
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

/** How long to wait after a refusal, in milliseconds; 0 when no limit refused. */
function waitOf(answers: readonly { success: boolean; reset: number }[]): number {
  const refusals = answers.filter(({ success }) => !success);
  if (refusals.length === 0) return 0;
  // `reset` comes from the clock of the process that counted last, which may be hours wrong. No quota needs
  // more than its minute to refill.
  return Math.max(1, Math.min(windowMs, Math.max(...refusals.map(({ reset }) => reset - Date.now()))));
}

/** The same from the counts of this process: fixed minutes, each starting with the first claim. */
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
    // Zero turns the library's timeout off. It would let the request through as if Redis had allowed it, and
    // the circuit breaker of `askRedis`, which has its own deadline, would not see the failure.
    timeout: 0,
    // The library's cache is unbounded. It would also refuse a network until the end of the minute, even
    // when the sliding window has room earlier.
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
 * A bucket of `perMinute` tokens that refills evenly, one token at a time if that takes a second or more. So
 * a refused shopper waits for the next token, not for the end of the minute.
 */
function bucketOf(perMinute: number): [refill: number, every: `${number} ms`, size: number] {
  const refill = Math.max(1, Math.ceil(perMinute / 60));
  return [refill, `${Math.round((60_000 * refill) / Math.max(1, perMinute))} ms`, perMinute];
}
