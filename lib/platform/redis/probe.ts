import { connectRedis, type RedisConfig } from '#lib/platform/redis/connect.ts';
import { pingOver } from '#lib/platform/redis/ping.ts';
import { refusalIn } from '#lib/platform/redis/refusal.ts';
import { RedisAway } from '#lib/platform/redis/transports/replies.ts';

export type Probe = { state: 'works' } | { state: 'refuses' | 'away'; reason: string };

/** Checks once, over its own connection, whether a Redis does what orders need. */
export async function probeRedis(config: RedisConfig, deadlineMs: number): Promise<Probe> {
  const client = connectRedis(config, deadlineMs);
  if (!client) return { state: 'away', reason: 'none is configured' };
  try {
    await pingOver(client.redis);
    return { state: 'works' };
  } catch (error) {
    const { message } = error as Error;
    const refusal = refusalIn(message);
    if (refusal) return { state: 'refuses', reason: refusal };
    if (error instanceof RedisAway) return { state: 'away', reason: message };
    throw error;
  } finally {
    await client.close();
  }
}
