import type { Redis } from '@upstash/redis';
import { env } from '#lib/platform/env.ts';
import { logger } from '#lib/platform/logger.ts';
import { processWide, takeProcessWide } from '#lib/platform/process-wide.ts';
import { connectRedis, type RedisClient } from '#lib/platform/redis/connect.ts';
import { pingOver } from '#lib/platform/redis/ping.ts';
import { type Asked, makeShield, type Shield } from '#lib/platform/redis/shield.ts';

/**
 * Redis makes duplicates cheap and counts requests; it guarantees nothing and may be lost at any
 * moment (docs/decisions/0005-redis-is-a-shield.md).
 */

export type { Asked };

/**
 * How long an order waits for Redis. A reply takes about a millisecond beside the server and ten
 * across a region; a shopper does not notice 150, and a wait is only ever paid by a few calls
 * before the breaker opens.
 */
export const redisDeadlineMs = 150;

/** One lost call is bad luck, five in a row are not. */
const failuresToOpen = 5;

/** One call a second pays the deadline to find out whether Redis is back. */
const probeAfterMs = 1_000;

const memoryWarning =
  'REDIS_URL=memory: keeps claims and rate limits inside this one process; set a real Redis for more than one';

interface Connection {
  client: RedisClient;
  shield: Shield;
}

/** Kept with its closures: another copy of this module would not know this one's error classes. */
function connection(): Connection | 'off' {
  return processWide('redis', () => {
    const client = connectRedis(env(), redisDeadlineMs);
    if (!client) return 'off';
    if (client.transport === 'memory') logger().warn(memoryWarning);
    const shield = makeShield(client.redis, {
      deadlineMs: redisDeadlineMs,
      failuresToOpen,
      probeAfterMs,
      onLost: (reason) => logger().warn({ reason }, 'Redis does not answer: orders go on without the shield'),
      onRefused: (reason) =>
        logger().error(
          { reason },
          'Redis refuses this shop: orders go on without the shield until it is set right',
        ),
      onBack: () => logger().info('Redis answers again: the shield is back'),
    });
    return { client, shield };
  });
}

/**
 * Asks Redis, but never waits long: without an answer within `redisDeadlineMs`, while the breaker
 * is open and where no Redis is configured, the answer is `{ answered: false }`. The command may
 * have been carried out all the same. It is never sent twice.
 *
 * Values come back as they were stored, not parsed as JSON: `get` of a stored `7` gives `'7'`.
 *
 * Throws what Redis itself refuses (`UpstashError`: wrong type, error in a script) and what `call` throws.
 */
export async function askRedis<T>(call: (redis: Redis) => Promise<T>): Promise<Asked<T>> {
  const current = connection();
  return current === 'off' ? { answered: false } : current.shield.ask(call);
}

/**
 * `degraded` from the moment that the breaker opens, or that Redis refuses this shop, until a call
 * has been answered again.
 */
export function redisState(): 'up' | 'degraded' | 'off' {
  const current = connection();
  return current === 'off' ? 'off' : current.shield.state();
}

/** Why Redis refuses this shop, in a sentence; undefined while it doesn't. */
export function redisRefusal(): string | undefined {
  const current = connection();
  return current === 'off' ? undefined : current.shield.refusal();
}

export function redisTransport(): 'rest' | 'tcp' | 'memory' | 'off' {
  const current = connection();
  return current === 'off' ? 'off' : current.client.transport;
}

/**
 * Whether Redis does what orders need of it. While the breaker is open this is also the call that
 * finds out whether Redis is back.
 */
export async function pingRedis(): Promise<boolean> {
  const { answered } = await askRedis(pingOver);
  return answered;
}

/** Closes the connection; whatever is in flight ends unanswered. The next call opens a new one. */
export async function closeRedis(): Promise<void> {
  const current = takeProcessWide<Connection | 'off'>('redis');
  if (current && current !== 'off') await current.client.close();
}
