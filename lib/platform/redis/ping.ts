import type { Redis } from '@upstash/redis';
import { runScript } from '#lib/platform/redis/run-script.ts';

/** Writes, because a replica and a full Redis also answer PING. Uses a script, because claims are scripts. */
const script = `return redis.call('SET', KEYS[1], '1', 'PX', 1000)`;

/** Does what orders need from Redis. Throws the error if that fails. */
export async function pingOver(redis: Redis): Promise<void> {
  await runScript(redis, script, ['once:ping'], []);
}
