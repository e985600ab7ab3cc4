import type { Redis } from '@upstash/redis';
import { runScript } from '#lib/platform/redis/run-script.ts';

/** It writes, because a replica and a full Redis answer PING, and by a script, because claims are scripts. */
const script = `return redis.call('SET', KEYS[1], '1', 'PX', 1000)`;

/** Does what orders need of Redis. Throws what keeps it from that. */
export async function pingOver(redis: Redis): Promise<void> {
  await runScript(redis, script, ['once:ping'], []);
}
