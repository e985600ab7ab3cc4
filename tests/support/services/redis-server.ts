import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type RedisService, redisService } from '#proof/harness/services/redis.ts';

/** A real redis-server for one test file. It can fail in every way a server does. */
export interface TestRedis extends Pick<RedisService, 'url' | 'port' | 'command' | 'flush'> {
  /** Starts it again on the same port, empty. */
  start(): Promise<void>;
  /** Ends it. From now on, connections are refused. */
  stop(): Promise<void>;
  /** Freezes it: the kernel accepts connections, and no answer ever comes. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Makes it run, answer and be empty, whatever was done to it before. */
  restore(): Promise<void>;
  /** Ends it permanently and removes its folder. */
  close(): Promise<void>;
}

export async function startRedisServer(): Promise<TestRedis> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'once-redis-'));
  const service = await redisService(folder);
  const pause = async () => void service.signal('SIGSTOP');
  const resume = async () => void service.signal('SIGCONT');
  const stop = async () => {
    await resume();
    await service.stop();
  };
  return {
    ...service,
    stop,
    pause,
    resume,
    async restore() {
      await resume();
      await service.start();
      await service.flush();
    },
    async close() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
