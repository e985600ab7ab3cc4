import cluster from 'node:cluster';
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import next from 'next';
import { clientAddress, setOwnHeader } from '#lib/client-address.ts';
import { closeDb } from '#lib/db.ts';
import { env } from '#lib/env.ts';
import { AppError } from '#lib/errors.ts';
import { declareHostResolvesIp } from '#lib/http.ts';
import { logger } from '#lib/logger.ts';
import { isOrder, orderListener } from '#lib/orders/node-listener.ts';
import { drainOrderWriter } from '#lib/orders/order-writer.ts';
import { withPageStatus } from '#lib/page-status.ts';
import { closeRedis, pingRedis } from '#lib/redis.ts';

/**
 * The Node host: hands `POST /api/orders` to the same function that Next's route handler exports,
 * past Next's router, and everything else to Next. Run by `npm start`, or directly after
 * `npm run build`: `NODE_ENV=production DATABASE_URL=… ONCE_SECRET=… node server.ts`, best with the
 * flags of scripts/launch/server-args.ts, which hold it below 400 MB.
 */

/** Longer than a reverse proxy keeps an idle connection (nginx: 60 s), so that it is never the one surprised. */
const keepAliveTimeout = 65_000;

/** A request that has not arrived whole by then is given up: longer than a slow phone needs for 16 KiB. */
const requestTimeout = 20_000;
const connectionsCheckingInterval = 2_000;

/**
 * Connections that wait to be accepted. Node's own 511 are fewer than a rush brings at once, and
 * whoever finds the queue full comes back after 1, 3, 7 … seconds, however soon there is room again.
 */
const backlog = 4_096;

/** How often a stop looks for connections that have become idle. */
const sweepMs = 100;

/** How long a stop waits for what was admitted before it ends anyway: longer than any answer takes. */
const shutdownLimitMs = 20_000;

const { HOST, PORT, NODE_ENV, WEB_CONCURRENCY } = env();
if (cluster.isPrimary && WEB_CONCURRENCY > 1) superviseWorkers(WEB_CONCURRENCY);
else await serve();

async function serve(): Promise<void> {
  const app = next({ dev: NODE_ENV !== 'production', hostname: HOST, port: PORT });
  // Redis is asked once before the first order is, so that none waits for its connection.
  await Promise.all([app.prepare(), pingRedis()]);
  const handlePage = app.getRequestHandler();
  const handleOrder = orderListener(HOST);
  const ipHeader = declareHostResolvesIp();
  const untouched = new Set<Socket>();
  let stopping = false;

  const server = createServer({ requestTimeout, connectionsCheckingInterval, keepAliveTimeout }, handle);
  // Browsers open connections ahead of use; one that never carried a byte would hold up a stop.
  server.on('connection', (socket) => {
    untouched.add(socket);
    socket.once('close', () => untouched.delete(socket));
  });
  // Next keeps a process with an unhandled error alive; one that cannot listen must not look as if it served.
  server.on('error', (error) => {
    logger().fatal({ err: error }, 'cannot listen');
    process.exit(1);
  });
  server.listen({ port: PORT, host: HOST, backlog }, () => {
    const { port } = server.address() as AddressInfo;
    logger().info({ host: HOST, port }, 'listening');
  });
  // A signal may come twice, to the group and from the one who started us: the second says nothing new.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));

  function handle(request: IncomingMessage, response: ServerResponse): void {
    untouched.delete(request.socket);
    request.url = originForm(request.url);
    // Whatever the client claims to be, its address is what the socket and trusted proxies say.
    setOwnHeader(request, ipHeader, clientAddress(request, env().TRUSTED_PROXIES));
    if (stopping) response.setHeader('connection', 'close');
    if (!isReadable(request.url)) refuseUnreadable(response);
    else if (isOrder(request)) void handleOrder(request, response);
    else void withPageStatus(response, () => handlePage(request, response));
  }

  /** Takes nothing new, answers what was admitted, closes the pools, and ends with 0. */
  async function stop(signal: NodeJS.Signals): Promise<void> {
    if (stopping) return;
    stopping = true;
    logger().info({ signal }, 'stopping');
    setTimeout(() => {
      logger().error('some requests did not end in time; ending without them');
      process.exit(1);
    }, shutdownLimitMs).unref();
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of untouched) socket.destroy();
    // A connection becomes idle when its last answer is out, and would be kept for the next request.
    const sweep = setInterval(() => server.closeIdleConnections(), sweepMs);
    await closed;
    clearInterval(sweep);
    await drainOrderWriter();
    await app.close();
    await Promise.all([closeDb(), closeRedis()]);
    logger().info('stopped');
    process.exit(0);
  }
}

/**
 * A request may name the whole address (RFC 9112, 3.2.2). What stands before the path is the client's
 * word for the shop's name, and Next would lead it there.
 */
function originForm(url = '/'): string {
  if (url.startsWith('/') || !URL.canParse(url)) return url;
  const { pathname, search } = new URL(url);
  return pathname + search;
}

/** A path with a broken escape has no meaning, and would be an error in the middle of Next. */
function isReadable(url = '/'): boolean {
  try {
    decodeURI(url);
    return true;
  } catch {
    return false;
  }
}

function refuseUnreadable(response: ServerResponse): void {
  const requestId = randomUUID();
  const error = new AppError('invalid_request', { detail: 'The path is not valid.', extra: { fields: [] } });
  response.writeHead(error.status, { 'content-type': 'application/problem+json', 'x-request-id': requestId });
  response.end(JSON.stringify(error.toProblem(requestId)));
}

/** Several processes on one port. One that dies is replaced; a signal stops all and waits for them. */
function superviseWorkers(count: number): void {
  let stopping = false;
  for (let index = 0; index < count; index += 1) cluster.fork();
  cluster.on('exit', (worker, code, signal) => {
    // The worst end of a worker is the end of all.
    if (stopping) process.exitCode = Math.max(Number(process.exitCode ?? 0), code ?? 1);
    if (stopping) return;
    logger().error({ pid: worker.process.pid, code, signal }, 'a server process died; starting another');
    // Not at once: a process that cannot start must not become a fork bomb.
    setTimeout(() => !stopping && cluster.fork(), 500);
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      stopping = true;
      for (const worker of Object.values(cluster.workers ?? {})) worker?.kill('SIGTERM');
    });
  }
}
