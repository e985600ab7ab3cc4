import path from 'node:path';
import { Redis } from 'ioredis';
import { choosePort } from '#scripts/services/ports.ts';
import { type RedisServer, spawnRedis } from '#scripts/services/redis.ts';
import { type Service, signalTo } from './service.ts';

export interface RedisService extends Service {
  port: number;
  url: string;
  pid(): number | undefined;
  /** Sends one command without the shop's own client. Rejects while it is down. */
  command(name: string, ...args: (string | number)[]): Promise<unknown>;
  /** Resolves with true if there was data to delete and it was deleted. */
  flush(): Promise<boolean>;
}

export async function redisService(folder: string): Promise<RedisService> {
  const port = await choosePort();
  const url = `redis://127.0.0.1:${port}`;
  let server: RedisServer | undefined;
  const start = async () => {
    if (server) return;
    server = await spawnRedis({ port, folder, logFile: path.join(folder, 'redis.log') });
    if (!server)
      throw new Error('this needs a redis-server on the PATH (Debian: apt-get install redis-server)');
    // However it ended, it must be possible to start it again.
    void server.exited.then(() => {
      server = undefined;
    });
  };
  const end = async (signal: NodeJS.Signals) => {
    if (!server) return 0;
    const ended = signalTo(server.pid, signal);
    await server.exited;
    server = undefined;
    return ended;
  };
  const command: RedisService['command'] = async (name, ...args) => {
    const client = new Redis(url, { maxRetriesPerRequest: 0, retryStrategy: () => null });
    // The call itself also reports a refused connection.
    client.on('error', () => undefined);
    try {
      return await client.call(name, ...args);
    } finally {
      client.disconnect();
    }
  };
  await start();
  return {
    port,
    url,
    pid: () => server?.pid,
    start,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    signal: (name) => signalTo(server?.pid, name),
    command,
    async flush() {
      // A Redis that is down has nothing to lose.
      try {
        const keys = await command('DBSIZE');
        return (await command('FLUSHALL')) === 'OK' && Number(keys) > 0;
      } catch {
        return false;
      }
    },
  };
}
