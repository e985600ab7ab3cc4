import type { Redis } from '@upstash/redis';
import { env } from '#lib/platform/env.ts';
import { logger } from '#lib/platform/logger.ts';
import { processWide, takeProcessWide } from '#lib/platform/process-wide.ts';
import { connectRedis, type RedisClient } from '#lib/platform/redis/connect.ts';
import { pingOver } from '#lib/platform/redis/ping.ts';
import { type Asked, makeShield, type Shield } from '#lib/platform/redis/shield.ts';

/**
 * Redis makes duplicates cheap and counts requests. No guarantee depends on it, and its data may be lost at
 * any moment (docs/decisions/0005-redis-is-a-shield.md).
 */

export type { Asked };

/**
 * How long an order waits for Redis. A reply takes about one millisecond next to the server and ten across
 * a region. A shopper does not notice 150, and only a few calls wait that long before the breaker opens.
 */
export const redisDeadlineMs = 150;

/** A single failure may be chance. Five in a row are not. */
const failuresToOpen = 5;

/** One call a second waits for the timeout, to find out whether Redis is back. */
const probeAfterMs = 1_000;

const memoryWarning =
  'REDIS_URL=memory: keeps claims and rate limits inside this one process; set a real Redis for more than one';

interface Connection {
  client: RedisClient;
  shield: Shield;
}

/** Stores closures: another copy of this module would not recognise this copy's error classes. */
function connection(): Connection | 'off' {
  return processWide('redis', () => {
    const client = connectRedis(env(), redisDeadlineMs);
    if (!client) return 'off';
    if (client.transport === 'memory') logger().warn(memoryWarning);
    const shield = makeShield(client.redis, {
      deadlineMs: redisDeadlineMs,
      failuresToOpen,
      probeAfterMs,
      onLost: (reason) => logger().warn({ reason }, 'Redis does not answer: orders continue without it'),
      onRefused: (reason) =>
        logger().error(
          { reason },
          'Redis refuses this shop: orders continue without it until its settings are corrected',
        ),
      onBack: () => logger().info('Redis answers again'),
    });
    return { client, shield };
  });
}

/**
 * Calls Redis, but never waits long. Returns `{ answered: false }` if there is no answer within
 * `redisDeadlineMs`, if the breaker is open, or if no Redis is configured. Redis may still have run the
 * command. It is never sent twice.
 *
 * Values are returned as stored, not parsed as JSON: `get` of a stored `7` gives `'7'`.
 *
 * Throws Redis's own errors (`UpstashError`: wrong type, error in a script) and what `call` throws.
 */
export async function askRedis<T>(call: (redis: Redis) => Promise<T>): Promise<Asked<T>> {
  const current = connection();
  return current === 'off' ? { answered: false } : current.shield.ask(call);
}

/** `degraded` from when the breaker opens or Redis refuses this shop, until a call is answered again. */
export function redisState(): 'up' | 'degraded' | 'off' {
  const current = connection();
  return current === 'off' ? 'off' : current.shield.state();
}

/** Why Redis refuses this shop, as a sentence. Undefined while it doesn't. */
export function redisRefusal(): string | undefined {
  const current = connection();
  return current === 'off' ? undefined : current.shield.refusal();
}

export function redisTransport(): 'rest' | 'tcp' | 'memory' | 'off' {
  const current = connection();
  return current === 'off' ? 'off' : current.client.transport;
}

/**
 * Whether Redis does what orders need. While the breaker is open, this is also the call that finds out
 * whether Redis is back.
 */
export async function pingRedis(): Promise<boolean> {
  const { answered } = await askRedis(pingOver);
  return answered;
}

/** Closes the connection. Calls in flight end unanswered. The next call opens a new connection. */
export async function closeRedis(): Promise<void> {
  const current = takeProcessWide<Connection | 'off'>('redis');
  if (current && current !== 'off') await current.client.close();
}
