import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { choosePort } from '#scripts/services/ports.ts';
import { type RedisServer, spawnRedis } from '#scripts/services/redis.ts';

/** A real redis-server for one test file. It can fail in every way a server does. */
export interface TestRedis {
  url: string;
  port: number;
  /** Starts it again on the same port, empty. */
  start(): Promise<void>;
  /** Ends it. From now on, connections are refused. */
  stop(): Promise<void>;
  /** Freezes it: the kernel accepts connections, and no answer ever comes. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  flush(): Promise<void>;
  /** Makes it run, answer and be empty, whatever was done to it before. */
  restore(): Promise<void>;
  /** Sends any one command, without the shop's own client. */
  command(name: string, ...args: (string | number)[]): Promise<unknown>;
  /** Ends it permanently and removes its folder. */
  close(): Promise<void>;
}

export async function startRedisServer(): Promise<TestRedis> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'once-redis-'));
  const port = await choosePort();
  const url = `redis://127.0.0.1:${port}`;
  let server: RedisServer | undefined;

  async function start(): Promise<void> {
    if (server) return;
    server = await spawnRedis({ port, folder });
    if (!server)
      throw new Error('these tests need redis-server:  apt-get install redis-server  or  brew install redis');
  }
  const signal = (name: NodeJS.Signals) => {
    if (server) process.kill(server.pid, name);
  };
  async function stop(): Promise<void> {
    signal('SIGCONT');
    await server?.stop();
    server = undefined;
  }
  async function command(name: string, ...args: (string | number)[]): Promise<unknown> {
    const client = new Redis(url, { maxRetriesPerRequest: 0, retryStrategy: () => null });
    // The call itself also reports a refused connection.
    client.on('error', () => undefined);
    try {
      return await client.call(name, ...args);
    } finally {
      client.disconnect();
    }
  }
  async function flush(): Promise<void> {
    await command('FLUSHALL');
  }

  await start();
  return {
    url,
    port,
    start,
    stop,
    pause: async () => signal('SIGSTOP'),
    resume: async () => signal('SIGCONT'),
    flush,
    restore: async () => {
      signal('SIGCONT');
      await start();
      await flush();
    },
    command,
    close: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
