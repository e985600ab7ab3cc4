import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import pg from 'pg';
import { serverArgs } from '#scripts/launch/server-args.ts';
import { choosePort } from '#scripts/services/ports.ts';
import { capture } from '#scripts/services/processes.ts';
import { type Closing, type Opening, open, startStores } from './opening.ts';
import { buildShop } from './services/build.ts';
import { type Child, listens, startChild } from './services/child.ts';

/** A built shop to measure: clients, database and Redis are connected directly, without proxies. */
export interface DirectHarness extends Closing {
  origin: string;
  databaseUrl: string;
  redisUrl: string;
  /** Connected to the shop's database. */
  client: pg.Client;
  /** Process ids of the tiers, for their CPU time and memory. */
  pids: { node: number; redis: number; postgres: number };
  /** The versions that this machine's servers report. */
  versions: { postgres: string; redis: string };
  /** For files of a measurement and the servers' logs. Removed with the harness. */
  folder: string;
  /** The log file with the shop's warnings and errors. */
  shopLog: string;
}

export interface DirectHarnessOptions {
  /** Node processes of the shop. */
  processes: number;
  noLimits: boolean;
  /** The part of the requests that is traced, with a collector in this process. Without it, traces are off. */
  traces?: number | undefined;
  say: (line: string) => void;
  signal: AbortSignal;
}

/**
 * Every order counts against the limits, as in production, but no limit is reached. All shoppers of the
 * load share one address, and some deliberately send again and again.
 */
const generousLimits = {
  RATE_LIMIT_SHOPPER_PER_MIN: '1000000',
  RATE_LIMIT_IP_PER_MIN: '1000000000',
  CHALLENGE_KIND: 'off',
};
const noLimits = { RATE_LIMIT_SHOPPER_PER_MIN: '0', RATE_LIMIT_IP_PER_MIN: '0' };

/** Starts PostgreSQL, Redis and the built shop on free ports. Builds the shop if necessary. */
export function openDirectHarness(options: DirectHarnessOptions): Promise<DirectHarness> {
  return open({ name: 'bench', ...options }, (opening) => start(opening, options));
}

async function start(opening: Opening, options: DirectHarnessOptions) {
  const { folder, say, signal, atEnd } = opening;
  say('starting PostgreSQL and Redis');
  const { postgres, redis } = await startStores(opening);

  signal.throwIfAborted();
  const port = await choosePort();
  const variables = {
    NODE_ENV: 'production',
    DATABASE_URL: postgres.connectionString(),
    REDIS_URL: redis.url,
    ONCE_SECRET: randomBytes(32).toString('hex'),
    LOG_LEVEL: 'warn',
    PORT: String(port),
    WEB_CONCURRENCY: String(options.processes),
    ...(options.noLimits ? noLimits : generousLimits),
    ...(options.traces !== undefined && (await tracesTo(opening, options.traces))),
  };
  // The requests are signed in this process, with the secret that the shop checks them with.
  Object.assign(process.env, variables);
  const shopLog = path.join(folder, 'shop.log');
  const node = await startServer(await buildShop({ ...opening, variables }), variables, shopLog);
  atEnd(node.stop);

  const client = new pg.Client({ connectionString: postgres.connectionString() });
  // An interrupted run takes the database away in the middle of a query.
  client.on('error', () => undefined);
  await client.connect();
  atEnd(() => client.end());
  const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
  return {
    folder,
    origin: `http://127.0.0.1:${port}`,
    databaseUrl: postgres.connectionString(),
    redisUrl: redis.url,
    client,
    shopLog,
    pids: { node: node.pid, redis: redis.pid() as number, postgres: postgres.pid() as number },
    versions: { postgres: rows[0]?.server_version ?? '', redis: await redisVersion() },
  };
}

/** The variables that send traces to a collector, which reads them and keeps none. */
async function tracesTo({ atEnd }: Opening, ratio: number): Promise<Record<string, string>> {
  const server = createServer((request, response) => {
    request
      .resume()
      .once('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(async () => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_TRACES_SAMPLER_ARG: String(ratio),
  };
}

/** Starts `server.ts` in the folder of a build, and waits until it is ready. */
function startServer(cwd: string, variables: Record<string, string>, logFile: string): Promise<Child> {
  const port = Number(variables.PORT);
  const ready = async () => {
    if (!(await listens(port))) return false;
    const response = await fetch(`http://127.0.0.1:${port}/api/ready`).catch(() => undefined);
    return response?.ok ?? false;
  };
  return startChild({ command: process.execPath, args: serverArgs, cwd, variables, logFile, ready });
}

async function redisVersion(): Promise<string> {
  const { stdout } = await capture('redis-server', ['--version']);
  return stdout.match(/v=(\S+)/)?.[1] ?? '';
}
