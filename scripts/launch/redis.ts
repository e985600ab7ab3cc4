import { type RedisServer, startRedis } from '#scripts/services/redis.ts';
import type { Variables } from './options.ts';

export interface RedisChoice {
  /** What the shop is given, beside what the user set. */
  variables: Variables;
  description: string;
  /** Set when the server is ours to stop. */
  server?: RedisServer;
}

const memory = {
  variables: { REDIS_URL: 'memory:' },
  description:
    'none found, so memory: duplicates and limits are noticed within one process only; orders are as safe as ever',
};

/** The user's own Redis, else a redis-server of this machine, else the process's memory. */
export async function chooseRedis(given: Variables, dataDir: string): Promise<RedisChoice> {
  if (given.UPSTASH_REDIS_REST_URL) {
    return { variables: {}, description: `Upstash at ${new URL(given.UPSTASH_REDIS_REST_URL).host}` };
  }
  if (given.REDIS_URL?.startsWith('memory:')) {
    return { ...memory, description: memory.description.replace('none found, so ', '') };
  }
  if (given.REDIS_URL) return { variables: {}, description: `Redis at ${new URL(given.REDIS_URL).host}` };
  const server = await startRedis(dataDir);
  if (!server) return memory;
  return {
    variables: { REDIS_URL: server.url },
    description: `redis-server on 127.0.0.1:${server.port}`,
    server,
  };
}
