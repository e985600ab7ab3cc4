import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { migrate } from '#prisma/migrate.ts';
import { choosePort } from '#scripts/services/ports.ts';
import { startPostgres } from '#scripts/services/postgres.ts';

/** Everything a measurement needs, started for it alone and gone afterwards. */
export interface Lab {
  origin: string;
  databaseUrl: string;
  client: pg.Client;
  /** Process ids of the tiers, for their CPU time. */
  pids: { node: number; redis: number; postgres: number };
  close(): Promise<void>;
}

const startLimitMs = 60_000;

/** Starts PostgreSQL, Redis and the built shop on free ports of this machine. Needs `npm run build`. */
export async function openLab(settings: Record<string, string> = {}): Promise<Lab> {
  const folder = await mkdtemp(path.join(tmpdir(), 'once-bench-'));
  const postgres = await startPostgres({ dataDir: folder, log: () => undefined });
  await migrate(postgres.connectionString, () => undefined);
  const redisPort = await choosePort();
  const redis = start('redis-server', [
    '--port',
    String(redisPort),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--dir',
    folder,
  ]);
  const port = await choosePort();
  const variables = {
    NODE_ENV: 'production',
    DATABASE_URL: postgres.connectionString,
    REDIS_URL: `redis://127.0.0.1:${redisPort}`,
    ONCE_SECRET: randomBytes(32).toString('hex'),
    RATE_LIMIT_SHOPPER_PER_MIN: '0',
    RATE_LIMIT_IP_PER_MIN: '0',
    LOG_LEVEL: 'warn',
    PORT: String(port),
    ...settings,
  };
  // The requests are signed in this process with the secret that the server checks them with.
  Object.assign(process.env, variables);
  const node = start(process.execPath, ['server.ts'], variables);
  const origin = `http://127.0.0.1:${port}`;
  await untilReady(origin, node);
  const client = new pg.Client({ connectionString: postgres.connectionString });
  await client.connect();
  return {
    origin,
    databaseUrl: postgres.connectionString,
    client,
    pids: { node: pidOf(node), redis: pidOf(redis), postgres: postgres.pid },
    async close() {
      await client.end();
      await stop(node);
      await stop(redis);
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function start(command: string, args: string[], variables: Record<string, string> = {}): ChildProcess {
  const child = spawn(command, args, {
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  child.once('error', (error) => {
    throw new Error(`${command} could not be started: ${error.message}`);
  });
  return child;
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('a process of the lab did not start');
  return pid;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

async function untilReady(origin: string, node: ChildProcess): Promise<void> {
  for (const until = Date.now() + startLimitMs; Date.now() < until; await sleep(200)) {
    if (node.exitCode !== null) throw new Error('the shop did not start; is it built? (npm run build)');
    const response = await fetch(`${origin}/api/ready`).catch(() => undefined);
    if (response?.ok) return;
  }
  throw new Error('the shop was not ready in time');
}
