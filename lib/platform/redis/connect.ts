import type { Redis } from '@upstash/redis';
import type { Env } from '#lib/platform/env.ts';
import { openMemory } from '#lib/platform/redis/transports/memory.ts';
import { uniformReply } from '#lib/platform/redis/transports/replies.ts';
import { redisOver } from '#lib/platform/redis/transports/requester.ts';
import { makeRestRedis } from '#lib/platform/redis/transports/rest.ts';
import { openTcp } from '#lib/platform/redis/transports/tcp.ts';

export type RedisConfig = Pick<Env, 'REDIS_URL' | 'UPSTASH_REDIS_REST_URL' | 'UPSTASH_REDIS_REST_TOKEN'>;

export interface RedisClient {
  transport: 'rest' | 'tcp' | 'memory';
  redis: Redis;
  close(): Promise<void>;
}

/**
 * The client over the configured transport, or undefined if none is configured. REST takes precedence over
 * TCP. Opens no connection yet. `deadlineMs` is how long a caller waits: a REST request is aborted a little
 * later, and a command whose connection took longer is not sent at all.
 */
export function connectRedis(config: RedisConfig, deadlineMs: number): RedisClient | undefined {
  const client = openClient(config, deadlineMs);
  client?.redis.use(uniformReply);
  return client;
}

function openClient(config: RedisConfig, deadlineMs: number): RedisClient | undefined {
  const { REDIS_URL: url, UPSTASH_REDIS_REST_URL: restUrl, UPSTASH_REDIS_REST_TOKEN: token } = config;
  if (restUrl && token) {
    return { transport: 'rest', redis: makeRestRedis(restUrl, token, deadlineMs * 2), close: async () => {} };
  }
  if (!url) return undefined;
  const transport = url.startsWith('memory:') ? 'memory' : 'tcp';
  const { wire, close } = transport === 'memory' ? openMemory() : openTcp(url, deadlineMs);
  return { transport, redis: redisOver(wire), close };
}
