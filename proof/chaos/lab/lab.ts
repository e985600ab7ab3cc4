import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { migrate } from '#prisma/migrate.ts';
import { seed } from '#prisma/seed.ts';
import { root } from '#proof/bench/lab/children.ts';
import { stageBuild } from '#proof/bench/lab/shop.ts';
import { unpaidLimits } from '#proof/chaos/checker/check-unpaid.ts';
import { type Simulator, startSimulator } from '#proof/simulator/start-simulator.ts';
import { ensureBuild } from '#scripts/launch/parts/build.ts';
import { choosePort } from '#scripts/services/ports.ts';
import { type Disk, openDisk } from './disk.ts';
import { type EdgeService, edgeService } from './edge.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import {
  type NodeService,
  nodeService,
  noteIn,
  type PostgresService,
  postgresService,
  redisService,
  type Service,
} from './services.ts';

/** The links between the parts of a shop, each through its own proxy. */
export type Link = 'client' | 'postgres' | 'redis' | 'provider';

/**
 * A whole shop to break: two processes behind one proxy each, a worker, PostgreSQL, Redis and the
 * payment provider. nginx is in front of the processes where the machine has one. The shop sees only the
 * proxies. All of it is removed afterwards.
 */
export interface Lab {
  apps: [NodeService, NodeService];
  worker: NodeService;
  /** The port at which the shop's operator is asked to fulfil an order. */
  operatorPort: number;
  postgres: PostgresService;
  redis: Service;
  simulator: Simulator;
  edge: EdgeService | undefined;
  /** The database's own disk, or the reason why it has none. */
  disk: Disk | string;
  /** The ports at which clients reach the shop: its two processes, and nginx. */
  doors: number[];
  /** The proxies of each link: two for clients, one for each other link. */
  proxies: Record<Link, FaultProxy[]>;
  /** Bypasses the proxies, on its own connection. */
  withDatabase<T>(work: (client: pg.Client) => Promise<T>): Promise<T>;
  /** Resolves with true if there was data to delete and it was deleted. */
  flushRedis(): Promise<boolean>;
  /** Adds a line to the shop's log. */
  note(line: string): Promise<void>;
  /** Starts everything and ends every disturbance. */
  restore(): Promise<void>;
  close(options: { keep: boolean }): Promise<void>;
}

export interface LabOptions {
  /** server.ts on a build, as in production; otherwise a process with the same handlers but without Next. */
  built: boolean;
  /** Gives the database its own disk that can be filled, where the machine allows it. */
  smallDisk?: boolean;
  /** The log file of the shop's processes. Without one it is in the lab's folder and is removed with it. */
  shopLog?: string;
  say: (line: string) => void;
  signal: AbortSignal;
}

export async function openLab(options: LabOptions): Promise<Lab> {
  // On the repository's disk: a folder of temporary files may be in memory, where a commit costs
  // nothing.
  await mkdir(path.join(root, '.data'), { recursive: true });
  const folder = await mkdtemp(path.join(root, '.data', 'prove-lab-'));
  // Servers that drop root's privileges pass through it to folders of their own.
  await chmod(folder, 0o711);
  const opened: (() => Promise<unknown>)[] = [];
  const close = async ({ keep }: { keep: boolean }) => {
    for (const undo of opened.splice(0).reverse()) await undo();
    if (!keep) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    return { ...(await start(folder, opened, options)), close };
  } catch (error) {
    await close({ keep: !options.signal.aborted });
    throw error;
  }
}

/** Pushes an undo for every step, so that a failed start leaves nothing running. */
async function start(folder: string, opened: (() => Promise<unknown>)[], options: LabOptions) {
  const { say, signal } = options;
  say('starting PostgreSQL, Redis and the payment provider');
  const disk = options.smallDisk ? await openDisk(folder) : 'the database has no disk of its own';
  if (typeof disk !== 'string') opened.push(() => disk.close());
  const postgres = await postgresService(folder);
  opened.push(() => postgres.stop());
  await migrate(postgres.connectionString(), () => undefined);
  await seed({ connectionString: postgres.connectionString(), log: () => undefined });
  const redis = await redisService(folder);
  opened.push(() => redis.stop());
  const simulator = await startSimulator({ dataDir: path.join(folder, 'simulator') });
  opened.push(() => simulator.kill());

  const appPorts = [await choosePort(), await choosePort()] as const;
  const proxies: Lab['proxies'] = {
    client: [await startFaultProxy(appPorts[0]), await startFaultProxy(appPorts[1])],
    postgres: [await startFaultProxy(portOf(postgres.connectionString()))],
    redis: [await startFaultProxy(redis.port)],
    provider: [await startFaultProxy(simulator.port)],
  };
  opened.push(() => Promise.all(Object.values(proxies).flatMap((all) => all.map((one) => one.close()))));
  const doors = proxies.client.map(({ port }) => port);
  simulator.setWebhookUrl(`http://127.0.0.1:${doors[0]}/api/webhooks/payments`);
  const edge = await edgeService(folder, doors);
  if (edge) {
    opened.push(() => edge.stop());
    doors.push(edge.port);
  }

  signal.throwIfAborted();
  const { shopLog = path.join(folder, 'shop.log') } = options;
  const variables = variablesFor({ folder, postgres, proxies, simulator });
  const site = options.built
    ? await buildSite(folder, { ...variables, DATABASE_URL: postgres.connectionString() }, options)
    : root;
  const main = options.built ? 'server.ts' : 'proof/chaos/lab/app-process.ts';
  const appAt = (port: number) =>
    nodeService(
      {
        args: [path.join(root, main)],
        cwd: site,
        variables: { ...variables, PORT: String(port) },
        logFile: shopLog,
        clockFile: path.join(folder, `clock-${port}`),
      },
      port,
    );
  const apps: Lab['apps'] = [appAt(appPorts[0]), appAt(appPorts[1])];
  const worker = nodeService({
    args: [path.join(root, 'worker.ts')],
    cwd: root,
    variables,
    logFile: shopLog,
    clockFile: path.join(folder, 'clock-worker'),
  });
  const operatorPort = await choosePort();
  const operator = nodeService(
    {
      args: [path.join(root, 'proof', 'chaos', 'lab', 'operator-process.ts')],
      cwd: root,
      variables: { ...variables, PORT: String(operatorPort) },
      logFile: shopLog,
      clockFile: path.join(folder, 'clock-operator'),
    },
    operatorPort,
  );
  for (const service of [...apps, worker, operator]) opened.push(() => service.kill());
  say('starting two processes of the shop, a worker and an operator');
  await Promise.all([...apps, worker, operator].map((service) => service.start()));

  const withDatabase = async <T>(work: (client: pg.Client) => Promise<T>): Promise<T> => {
    const client = new pg.Client({
      connectionString: postgres.connectionString(),
      connectionTimeoutMillis: 5_000,
    });
    // A fault may take the database away in the middle of a query.
    client.on('error', () => undefined);
    await client.connect();
    return work(client).finally(() => client.end().catch(() => undefined));
  };
  const restore = async () => {
    for (const proxy of Object.values(proxies).flat()) proxy.heal();
    simulator.clearFaults();
    for (const service of [...apps, worker, redis]) service.signal('SIGCONT');
    await Promise.all([...apps, worker].map((service) => service.moveClock(0)));
    await Promise.all([postgres.start(), redis.start(), edge?.start()]);
    proxies.postgres[0]?.retarget(portOf(postgres.connectionString()));
    await Promise.all([...apps, worker, operator].map((service) => service.start()));
  };
  const note = (line: string) => noteIn(shopLog, line);
  const flushRedis = () => flush(redis.port);
  return {
    apps,
    worker,
    operatorPort,
    postgres,
    redis,
    simulator,
    edge,
    disk,
    doors,
    proxies,
    withDatabase,
    flushRedis,
    note,
    restore,
  };
}

/** With this token the ablation reads the processes' metrics. */
export const metricsToken = 'the token of the lab';

const portOf = (url: string) => Number(new URL(url).port);

function variablesFor({
  folder,
  postgres,
  proxies,
  simulator,
}: Pick<Lab, 'postgres' | 'proxies' | 'simulator'> & { folder: string }): Record<string, string> {
  const database = new URL(postgres.connectionString());
  database.port = String(proxies.postgres[0]?.port);
  return {
    NODE_ENV: 'production',
    DATA_DIR: folder,
    DATABASE_URL: database.href,
    REDIS_URL: `redis://127.0.0.1:${proxies.redis[0]?.port}`,
    ONCE_SECRET: randomBytes(32).toString('hex'),
    STRIPE_SECRET_KEY: simulator.secretKey,
    STRIPE_API_BASE: `http://127.0.0.1:${proxies.provider[0]?.port}`,
    STRIPE_WEBHOOK_SECRET: simulator.webhookSecret,
    // Counted as usual but never reached: all shoppers share one address and deliberately submit again
    // and again.
    RATE_LIMIT_SHOPPER_PER_MIN: '1000000',
    RATE_LIMIT_IP_PER_MIN: '1000000',
    METRICS_TOKEN: metricsToken,
    CHALLENGE_KIND: 'off',
    UNPAID_INVOICES_PER_PERSON: '0',
    UNPAID_CARDS_PER_PERSON: '0',
    UNPAID_UNITS_PER_PERSON: '0',
    UNPAID_MINOR_PER_PERSON: '0',
    // Each client says which network it comes from.
    TRUSTED_PROXIES: '127.0.0.1',
    UNPAID_ORDERS_PER_NETWORK: String(unpaidLimits.ordersPerNetwork),
    UNPAID_UNITS_PER_NETWORK: String(unpaidLimits.unitsPerNetwork),
    JOB_POLL_MS: '200',
    LOG_LEVEL: 'warn',
  };
}

async function buildSite(folder: string, variables: Record<string, string>, { say, signal }: LabOptions) {
  say('building the shop, unless it is built');
  const logFile = path.join(folder, 'build.log');
  const build = await ensureBuild({ root, logFile, variables: { ...process.env, ...variables }, signal });
  say(`the shop's build: ${build}`);
  return stageBuild(path.join(folder, 'site'));
}

async function flush(port: number): Promise<boolean> {
  const client = new Redis(port, { maxRetriesPerRequest: 0, retryStrategy: () => null });
  client.on('error', () => undefined);
  // A Redis that is down has nothing to lose.
  const flushed = await client
    .dbsize()
    .then(async (keys) => (await client.flushall()) === 'OK' && keys > 0)
    .catch(() => false);
  client.disconnect();
  return flushed;
}
