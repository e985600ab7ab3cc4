import { randomBytes } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { unpaidLimits } from '#proof/chaos/checker/check-unpaid.ts';
import { type Simulator, startSimulator } from '#proof/simulator/start-simulator.ts';
import { choosePort } from '#scripts/services/ports.ts';
import { type Closing, type Opening, open, startStores } from './opening.ts';
import { buildShop } from './services/build.ts';
import { root } from './services/child.ts';
import { type Disk, openDisk } from './services/disk.ts';
import { type EdgeService, edgeService } from './services/edge.ts';
import { type NodeService, nodeService } from './services/node.ts';
import { behindProxy, type PostgresService } from './services/postgres.ts';
import type { RedisService } from './services/redis.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

/** The links between the parts of a shop, each through its own proxy. */
export type Link = 'client' | 'postgres' | 'redis' | 'provider';

/**
 * A whole shop to break: two processes behind one proxy each, a worker, PostgreSQL, Redis and the
 * payment provider. nginx is in front of the processes where the machine has one. The shop sees only the
 * proxies. All of it is removed afterwards.
 */
export interface Harness extends Closing {
  apps: [NodeService, NodeService];
  worker: NodeService;
  operator: NodeService;
  /** The port at which the shop's operator is asked to do something. */
  operatorPort: number;
  postgres: PostgresService;
  redis: RedisService;
  simulator: Simulator;
  edge: EdgeService | undefined;
  /** The database's own disk, or the reason why it has none. */
  disk: Disk | string;
  /** The ports at which clients reach the shop: its two processes, and nginx. */
  doors: number[];
  /** The proxies of each link: two for clients, one for each other link. */
  proxies: Record<Link, TcpProxy[]>;
  /** Of the files of all parts, with the logs of PostgreSQL, Redis and nginx. */
  folder: string;
  /** The log file of the shop's processes. */
  shopLog: string;
  /** Bypasses the proxies, on its own connection. */
  withDatabase<T>(work: (client: pg.Client) => Promise<T>): Promise<T>;
  /** Adds a line to the shop's log about what was done to its processes, so that both can be read together. */
  note(line: string): Promise<void>;
  /** Starts everything and ends every disturbance. */
  restore(): Promise<void>;
}

export interface HarnessOptions {
  /** server.ts on a build, as in production; otherwise a process with the same handlers but without Next. */
  built: boolean;
  /** Gives the database its own disk that can be filled, where the machine allows it. */
  smallDisk?: boolean;
  /** The log file of the shop's processes. Without one it is in the harness's folder and is removed with it. */
  shopLog?: string;
  say: (line: string) => void;
  signal: AbortSignal;
}

export function openHarness(options: HarnessOptions): Promise<Harness> {
  return open({ name: 'prove', ...options }, (opening) => start(opening, options));
}

async function start(opening: Opening, options: HarnessOptions) {
  const { folder, say, signal, atEnd } = opening;
  say('starting PostgreSQL, Redis and the payment provider');
  const disk = options.smallDisk ? await openDisk(folder) : 'the database has no disk of its own';
  if (typeof disk !== 'string') atEnd(() => disk.close());
  const stores = await startStores(opening);
  const { redis } = stores;
  const simulator = await startSimulator({ dataDir: path.join(folder, 'simulator') });
  atEnd(() => simulator.kill());

  const appPorts = [await choosePort(), await choosePort()] as const;
  const { postgres, proxy: toPostgres, url: databaseUrl } = await behindProxy(stores.postgres);
  const proxies: Harness['proxies'] = {
    client: [await startTcpProxy(appPorts[0]), await startTcpProxy(appPorts[1])],
    postgres: [toPostgres],
    redis: [await startTcpProxy(redis.port)],
    provider: [await startTcpProxy(simulator.port)],
  };
  const allProxies = Object.values(proxies).flat();
  atEnd(() => Promise.all(allProxies.map((proxy) => proxy.close())));
  const doors = proxies.client.map(({ port }) => port);
  simulator.setWebhookUrl(`http://127.0.0.1:${doors[0]}/api/webhooks/payments`);
  const edge = await edgeService(folder, doors);
  if (edge) {
    atEnd(() => edge.stop());
    doors.push(edge.port);
  }

  signal.throwIfAborted();
  const { shopLog = path.join(folder, 'shop.log') } = options;
  const variables = variablesFor({ folder, databaseUrl, proxies, simulator });
  const buildVariables = { ...variables, DATABASE_URL: postgres.connectionString() };
  const site = options.built ? await buildShop({ ...opening, variables: buildVariables }) : root;
  const processOf = (main: string, cwd = root, port?: number) =>
    nodeService(
      {
        args: [path.join(root, main)],
        cwd,
        variables: { ...variables, ...(port !== undefined && { PORT: String(port) }) },
        logFile: shopLog,
        clockFile: path.join(folder, `clock-${port ?? 'worker'}`),
      },
      port,
    );
  const appMain = options.built ? 'server.ts' : 'proof/harness/processes/app-process.ts';
  const operatorPort = await choosePort();
  const apps: Harness['apps'] = [
    processOf(appMain, site, appPorts[0]),
    processOf(appMain, site, appPorts[1]),
  ];
  const worker = processOf('worker.ts');
  const operator = processOf('proof/harness/processes/operator-process.ts', root, operatorPort);
  const processes = [...apps, worker, operator];
  for (const service of processes) atEnd(() => service.kill());
  say('starting two processes of the shop, a worker and an operator');
  await Promise.all(processes.map((service) => service.start()));

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
    for (const proxy of allProxies) proxy.heal();
    simulator.clearFaults();
    for (const service of [...apps, worker, redis]) service.signal('SIGCONT');
    await Promise.all([...apps, worker].map((service) => service.moveClock(0)));
    await Promise.all([postgres.start(), redis.start(), edge?.start()]);
    await Promise.all(processes.map((service) => service.start()));
  };
  const note = (line: string) => appendFile(shopLog, `# ${line}\n`);
  return {
    apps,
    worker,
    operator,
    operatorPort,
    postgres,
    redis,
    simulator,
    edge,
    disk,
    doors,
    proxies,
    folder,
    shopLog,
    withDatabase,
    note,
    restore,
  };
}

/** With this token the ablation reads the processes' metrics. */
export const metricsToken = 'the token of the harness';

function variablesFor({
  folder,
  databaseUrl,
  proxies,
  simulator,
}: Pick<Harness, 'proxies' | 'simulator'> & { folder: string; databaseUrl: string }): Record<string, string> {
  return {
    NODE_ENV: 'production',
    DATA_DIR: folder,
    DATABASE_URL: databaseUrl,
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
    // As in production: every line is searched for personal data.
    LOG_LEVEL: 'info',
  };
}
