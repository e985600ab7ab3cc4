import cluster from 'node:cluster';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import next from 'next';
// Not part of Next's public API; tests/hosts sends headers that only it can tell apart.
import { parseAndValidateFlightRouterState } from 'next/dist/server/app-render/parse-and-validate-flight-router-state.js';
import { sendConsoleToLog } from '#host/console-to-log.ts';
import { localMark } from '#host/local-request.ts';
import { isOrder, orderListener } from '#host/node-listener.ts';
import { refuse, whyRefused } from '#host/refuse.ts';
import { whyNextCannotRead } from '#host/router-state.ts';
import { guardSockets } from '#host/sockets.ts';
import { drainOrderWriter } from '#lib/orders/batch/order-writer.ts';
import { closeDb } from '#lib/platform/database/db.ts';
import { env } from '#lib/platform/env.ts';
import { isExposed } from '#lib/platform/exposure.ts';
import { clientAddress, setOwnHeader } from '#lib/platform/http/client-address.ts';
import { declareHostResolvesIp, localHeader } from '#lib/platform/http/http.ts';
import { withPageStatus } from '#lib/platform/http/page-status.ts';
import { logger } from '#lib/platform/logger.ts';
import { closeRedis, pingRedis } from '#lib/platform/redis/redis.ts';
import { loadRevocations } from '#lib/platform/session/session-revocations.ts';

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

/** Headers come in one piece: longer than this is a client that dribbles them. */
const headersTimeout = 10_000;

/** Connections of one process. Beyond them a socket is closed before it costs a file descriptor of the database's. */
const maxConnections = 10_000;

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
  const dev = NODE_ENV !== 'production';
  if (!dev) sendConsoleToLog();
  // Next adds its own listener for upgrades to the server that it is given. This one never listens:
  // sockets that Next took over stayed open for ever. What may be upgraded is decided in guardSockets.
  const httpServer = createServer();
  const app = next({ dev, hostname: HOST, port: PORT, httpServer });
  // Redis is asked once before the first order is, so that none waits for its connection.
  await Promise.all([app.prepare(), pingRedis(), loadRevocations()]);
  const handlePage = app.getRequestHandler();
  const handleOrder = orderListener(HOST);
  const ipHeader = declareHostResolvesIp();
  const untouched = new Set<Socket>();
  let stopping = false;

  const timeouts = { requestTimeout, headersTimeout, connectionsCheckingInterval, keepAliveTimeout };
  const server = createServer(timeouts, handle);
  server.maxConnections = maxConnections;
  guardSockets(server, dev ? (...upgrade) => httpServer.emit('upgrade', ...upgrade) : undefined);
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
    tellWhatIsOff();
  });
  // A signal may come twice, to the group and from the one who started us: the second says nothing new.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));

  function handle(request: IncomingMessage, response: ServerResponse): void {
    untouched.delete(request.socket);
    request.url = originForm(request.url);
    if (stopping) response.setHeader('connection', 'close');
    const refusal = whyRefused(request);
    const order = !refusal && isOrder(request);
    // An order does not go to Next, and waits for none of its checks.
    const error =
      refusal ?? (order ? undefined : whyNextCannotRead(request, parseAndValidateFlightRouterState));
    // Before the lines after it add headers of ours that a proxy would write, too.
    // An order is asked only where test cards pay.
    if (!order || !isExposed()) setOwnHeader(request, localHeader, localMark(request, env().TRUSTED_PROXIES));
    if (!error && !order) agreeOnHost(request);
    // Whatever the client claims to be, its address is what the socket and trusted proxies say.
    setOwnHeader(request, ipHeader, clientAddress(request, env().TRUSTED_PROXIES));
    if (error) refuse(request, response, error);
    else if (order) void handleOrder(request, response);
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

/**
 * Next compares the `Origin` of a server action with this header, which a client may have written,
 * and answers 500 when they differ. `whyRefused` has found the origin to be the shop's.
 */
function agreeOnHost(request: IncomingMessage): void {
  const { origin, host } = request.headers;
  if (request.method !== 'POST' || !host) return;
  const named = origin && URL.canParse(origin) ? new URL(origin).host : host;
  setOwnHeader(request, 'x-forwarded-host', named);
}

/** Says at the start what a shop that others can reach does not do, because nothing configures it. */
function tellWhatIsOff(): void {
  const { STRIPE_SECRET_KEY } = env();
  if (!isExposed()) return;
  if (!STRIPE_SECRET_KEY) logger().warn('card payment is off: STRIPE_SECRET_KEY is not set');
  else if (/^(sk|rk)_test_/.test(STRIPE_SECRET_KEY)) {
    logger().warn('cards are paid in test mode, and no money moves: STRIPE_SECRET_KEY is a test key');
  }
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
