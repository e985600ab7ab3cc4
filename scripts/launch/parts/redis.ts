import { parseEnv } from '#lib/platform/env.ts';
import { probeRedis } from '#lib/platform/redis/probe.ts';
import { Advice } from '#scripts/advice.ts';
import type { Variables } from '#scripts/launch/options.ts';
import { type RedisServer, startRedis } from '#scripts/services/redis.ts';

export interface RedisChoice {
  /** Variables for the shop, in addition to the user's. */
  variables: Variables;
  description: string;
  /** Set when this process must stop the server. */
  server?: RedisServer;
}

const memory = {
  variables: { REDIS_URL: 'memory:' },
  description:
    'none found, so memory: duplicates and limits are noticed within one process only; each order is still written once',
};

/** How long a start waits for one answer of a remote Redis. */
const probeMs = 5_000;

/**
 * Chooses the user's own Redis, or else a redis-server of this machine, or else the process's memory. Throws
 * `Advice` when the user's own Redis refuses the shop: only another setting can fix that. If it does not
 * answer, it may become available later, and the shop opens without it.
 */
export async function chooseRedis(given: Variables, dataDir: string): Promise<RedisChoice> {
  if (given.UPSTASH_REDIS_REST_URL) {
    const name = `Upstash at ${new URL(given.UPSTASH_REDIS_REST_URL).host}`;
    return checked(given, name, 'UPSTASH_REDIS_REST_TOKEN');
  }
  if (given.REDIS_URL?.startsWith('memory:')) {
    return { ...memory, description: memory.description.replace('none found, so ', '') };
  }
  if (given.REDIS_URL) return checked(given, `Redis at ${new URL(given.REDIS_URL).host}`, 'REDIS_URL');
  const server = await startRedis(dataDir);
  if (!server) return memory;
  return {
    variables: { REDIS_URL: server.url },
    description: `redis-server on 127.0.0.1:${server.port}`,
    server,
  };
}

async function checked(given: Variables, name: string, variable: string): Promise<RedisChoice> {
  const later = { DATABASE_URL: 'postgresql://later', ONCE_SECRET: 'x'.repeat(32) };
  const probe = await probeRedis(parseEnv({ ...later, ...given }), probeMs);
  if (probe.state === 'refuses') {
    throw new Advice(
      `${name} refuses the shop: ${probe.reason}.\nCorrect ${variable}, or leave it out: npm start then uses its own Redis.`,
    );
  }
  const away =
    probe.state === 'away' ? `, which does not answer (${probe.reason}): orders continue without it` : '';
  return { variables: {}, description: name + away };
}
