import { afterAll } from 'vitest';
import { connectRedis, type RedisClient, type RedisConfig } from '#lib/platform/redis/connect.ts';
import { startRedisServer } from '#tests/support/services/redis-server.ts';
import { startUpstashRest } from '#tests/support/services/upstash-rest.ts';

/** A Redis behind each transport, and clients of it. */

export const server = await startRedisServer();

export const rest = await startUpstashRest(server.url);

afterAll(async () => {
  await rest.close();
  await server.close();
});

/** Far above the shop's own deadline: nothing here measures time, and the machine may be busy. */
export const deadlineMs = 5_000;

export const configs: Record<string, RedisConfig> = {
  rest: { UPSTASH_REDIS_REST_URL: rest.url, UPSTASH_REDIS_REST_TOKEN: rest.token },
  tcp: { REDIS_URL: server.url },
  memory: { REDIS_URL: 'memory:' },
};

export function open(config: RedisConfig | undefined): RedisClient {
  const client = config && connectRedis(config, deadlineMs);
  if (!client) throw new Error('no transport');
  return client;
}
