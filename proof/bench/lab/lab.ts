import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { migrate } from '#prisma/migrate.ts';
import { seed } from '#prisma/seed.ts';
import { root } from '#proof/bench/lab/children.ts';
import { startShop } from '#proof/bench/lab/shop.ts';
import { choosePort } from '#scripts/services/ports.ts';
import { startPostgres } from '#scripts/services/postgres.ts';
import { capture } from '#scripts/services/processes.ts';
import { type RedisServer, spawnRedis } from '#scripts/services/redis.ts';
import { watchdog } from '#scripts/services/watchdog.ts';

/** Everything that a measurement needs. It is started for the measurement and removed afterwards. */
export interface Lab {
  origin: string;
  databaseUrl: string;
  redisUrl: string;
  /** Connected to the shop's database. */
  client: pg.Client;
  /** Process ids of the tiers, for their CPU time and memory. */
  pids: { node: number; redis: number; postgres: number };
  /** The versions that this machine's servers report. */
  versions: { postgres: string; redis: string };
  /** For files of a measurement and the servers' logs. Removed with the lab. */
  folder: string;
  /** The log file with the shop's warnings and errors. */
  shopLog: string;
  close(): Promise<void>;
}

export interface LabOptions {
  processes: number;
  noLimits: boolean;
  say: (line: string) => void;
  /** Stops the start in an orderly way. */
  signal: AbortSignal;
}

/**
 * Every order counts against the limits, as in production, but no limit is reached. All shoppers of the
 * bench share one address, and some deliberately send again and again.
 */
const generousLimits = {
  RATE_LIMIT_SHOPPER_PER_MIN: '1000000',
  RATE_LIMIT_IP_PER_MIN: '1000000000',
  CHALLENGE_KIND: 'off',
};
const noLimits = { RATE_LIMIT_SHOPPER_PER_MIN: '0', RATE_LIMIT_IP_PER_MIN: '0' };

/** Starts PostgreSQL, Redis and the built shop on free ports. Builds the shop if necessary. */
export async function openLab(options: LabOptions): Promise<Lab> {
  // On the repository's disk: a folder of temporary files may be in memory, where a commit costs
  // nothing.
  await mkdir(path.join(root, '.data'), { recursive: true });
  const folder = await mkdtemp(path.join(root, '.data', 'bench-'));
  // Servers that drop root's privileges pass through it to folders of their own.
  await chmod(folder, 0o711);
  const opened: (() => Promise<unknown>)[] = [
    () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  ];
  const close = async () => {
    for (const undo of opened.splice(0).reverse()) await undo();
  };
  try {
    return { ...(await start(folder, opened, options)), folder, close };
  } catch (error) {
    // After a failure the folder is kept for its logs.
    if (!options.signal.aborted) opened.shift();
    await close();
    throw error;
  }
}

/** Pushes an undo for every step, so that a failed start leaves nothing running. */
async function start(folder: string, opened: (() => Promise<unknown>)[], options: LabOptions) {
  const { say, signal } = options;
  say('starting PostgreSQL and Redis');
  const postgres = await startPostgres({ dataDir: folder, log: () => undefined });
  // If the bench is killed, this stops the database. SIGINT is a fast, clean shutdown.
  const guard = watchdog('kill -INT "$1"', [String(postgres.pid)]);
  opened.push(() => postgres.stop().then(guard.dismiss));
  await migrate(postgres.connectionString, () => undefined);
  await seed({ connectionString: postgres.connectionString, log: () => undefined });
  const redis = await startRedis(folder);
  opened.push(redis.stop);

  signal.throwIfAborted();
  const port = await choosePort();
  const variables = {
    NODE_ENV: 'production',
    DATABASE_URL: postgres.connectionString,
    REDIS_URL: redis.url,
    ONCE_SECRET: randomBytes(32).toString('hex'),
    LOG_LEVEL: 'warn',
    PORT: String(port),
    WEB_CONCURRENCY: String(options.processes),
    ...(options.noLimits ? noLimits : generousLimits),
  };
  // The requests are signed in this process, with the secret that the shop checks them with.
  Object.assign(process.env, variables);
  const shopLog = path.join(folder, 'shop.log');
  const node = await startShop({ folder, variables, logFile: shopLog, say, signal });
  opened.push(node.stop);

  const client = new pg.Client({ connectionString: postgres.connectionString });
  // An interrupted run takes the database away in the middle of a query.
  client.on('error', () => undefined);
  await client.connect();
  opened.push(() => client.end());
  const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
  return {
    origin: `http://127.0.0.1:${port}`,
    databaseUrl: postgres.connectionString,
    redisUrl: redis.url,
    client,
    shopLog,
    pids: { node: node.pid, redis: redis.pid, postgres: postgres.pid },
    versions: { postgres: rows[0]?.server_version ?? '', redis: await redisVersion() },
  };
}

async function redisVersion(): Promise<string> {
  const { stdout } = await capture('redis-server', ['--version']);
  return stdout.match(/v=(\S+)/)?.[1] ?? '';
}

async function startRedis(folder: string): Promise<RedisServer> {
  const redis = await spawnRedis({
    port: await choosePort(),
    folder,
    logFile: path.join(folder, 'redis.log'),
  });
  if (!redis)
    throw new Error('the bench needs a redis-server on the PATH (Debian: apt-get install redis-server)');
  return redis;
}
