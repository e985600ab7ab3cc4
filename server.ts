import cluster from 'node:cluster';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import next from 'next';
import { clientAddress } from '#lib/client-address.ts';
import { closeDb } from '#lib/db.ts';
import { env } from '#lib/env.ts';
import { declareHostResolvesIp } from '#lib/http.ts';
import { logger } from '#lib/logger.ts';
import { drainOrderWriter } from '#lib/orders/order-writer.ts';
import { submitOrder } from '#lib/orders/submit-order.ts';
import { closeRedis, pingRedis } from '#lib/redis.ts';

/**
 * The Node host: hands `POST /api/orders` to the same function that Next's route handler exports,
 * past Next's router, and everything else to Next. Run by `npm start`, or directly:
 * `NODE_ENV=production DATABASE_URL=… ONCE_SECRET=… node server.ts` after `npm run build`.
 */

/** Longer than a reverse proxy keeps an idle connection (nginx: 60 s), so that it is never the one surprised. */
const keepAliveTimeoutMs = 65_000;

/** A request that has not arrived whole by then is given up: longer than a slow phone needs for 16 KiB. */
const requestTimeoutMs = 20_000;

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
  const handleOrder = getRequestListener(submitOrder, { overrideGlobalObjects: false });
  const ipHeader = declareHostResolvesIp();
  let stopping = false;

  const server = createServer(
    { requestTimeout: requestTimeoutMs, keepAliveTimeout: keepAliveTimeoutMs },
    handle,
  );
  server.listen(PORT, HOST, () => {
    const { port } = server.address() as AddressInfo;
    logger().info({ host: HOST, port }, 'listening');
  });
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);

  function handle(request: IncomingMessage, response: ServerResponse): void {
    // Whatever the client claims to be, its address is what the socket and trusted proxies say.
    request.headers[ipHeader] = clientAddress(request, env().TRUSTED_PROXIES);
    if (stopping) response.setHeader('connection', 'close');
    const isOrder = request.method === 'POST' && /^\/api\/orders\/?(\?|$)/.test(request.url ?? '');
    void (isOrder ? handleOrder(request, response) : handlePage(request, response));
  }

  /** Takes nothing new, answers what was admitted, closes the pools, and ends with 0. */
  async function stop(signal: NodeJS.Signals): Promise<void> {
    logger().info({ signal }, 'stopping');
    stopping = true;
    setTimeout(() => {
      logger().error('some requests did not end in time; ending without them');
      process.exit(1);
    }, shutdownLimitMs).unref();
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeIdleConnections();
    await closed;
    await drainOrderWriter();
    await app.close();
    await Promise.all([closeDb(), closeRedis()]);
    logger().info('stopped');
    process.exit(0);
  }
}

/** Several processes on one port. One that dies is replaced; a signal stops all and waits for them. */
function superviseWorkers(count: number): void {
  let stopping = false;
  for (let index = 0; index < count; index += 1) cluster.fork();
  cluster.on('exit', (worker, code, signal) => {
    if (stopping) return;
    logger().error({ pid: worker.process.pid, code, signal }, 'a server process died; starting another');
    // Not at once: a process that cannot start must not become a fork bomb.
    setTimeout(() => !stopping && cluster.fork(), 500);
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      stopping = true;
      for (const worker of Object.values(cluster.workers ?? {})) worker?.kill('SIGTERM');
    });
  }
}
