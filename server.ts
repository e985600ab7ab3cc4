import cluster from 'node:cluster';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import next from 'next';
// Not part of Next's public API; tests/hosts sends headers that only it can tell apart.
import { parseAndValidateFlightRouterState } from 'next/dist/server/app-render/parse-and-validate-flight-router-state.js';
import { makeDirectRoutes } from '#host/calls/direct-routes.ts';
import { makeLimitSearches } from '#host/calls/limit-searches.ts';
import { isOrder, orderListener } from '#host/calls/node-listener.ts';
import { timeAnswer } from '#host/calls/time-answer.ts';
import { traceRequests } from '#host/calls/trace-requests.ts';
import { sendConsoleToLog } from '#host/console-to-log.ts';
import { localMark } from '#host/local-request.ts';
import { startWriterThread } from '#host/orders/threaded-writer.ts';
import { makeAfterOrders } from '#host/pages/after-orders.ts';
import { callNext } from '#host/pages/ask-next.ts';
import { followCatalogue } from '#host/pages/follow-catalogue.ts';
import { makePageCache } from '#host/pages/page-cache.ts';
import { makePersonalPages } from '#host/pages/personal-pages.ts';
import { rendersInTurn } from '#host/pages/renders-in-turn.ts';
import { refuse, whyRefused } from '#host/refuse.ts';
import { whyNextCannotRead } from '#host/router-state.ts';
import { guardSockets } from '#host/sockets.ts';
import { catalogueTag } from '#lib/catalogue/tags.ts';
import { ordersUnderWay } from '#lib/checkout/gateway/admission.ts';
import { overloaded } from '#lib/orders/batch/batch-queue.ts';
import { closeDb } from '#lib/platform/database/db.ts';
import { env } from '#lib/platform/env.ts';
import { isExposed } from '#lib/platform/exposure.ts';
import { clientAddress, setOwnHeader } from '#lib/platform/http/client-address.ts';
import { declareHostResolvesIp, localHeader } from '#lib/platform/http/http.ts';
import { withPageStatus } from '#lib/platform/http/page-status.ts';
import { logger } from '#lib/platform/logger.ts';
import { closeRedis, pingRedis } from '#lib/platform/redis/redis.ts';
import { shareMetrics } from '#lib/platform/scrape/share-metrics.ts';
import { loadRevocations } from '#lib/platform/session/session-revocations.ts';
import { stopTracing } from '#lib/platform/tracing/start-tracing.ts';
import { keepTrace, tracing } from '#lib/platform/tracing/tracing.ts';
import { writeRecords } from '#lib/submissions/record-submission.ts';

/**
 * The Node host. It calls route handlers directly, sends catalogue pages from memory and fills the frames of a
 * shopper's own pages. Next renders what they need, and answers every other request. Run by `npm start`, or
 * directly after `npm run build`: `NODE_ENV=production DATABASE_URL=… ONCE_SECRET=… node server.ts`,
 * preferably with the flags of scripts/launch/server-args.ts, which keep it below 400 MB.
 */

/** Longer than a reverse proxy keeps an idle connection (nginx: 60 s), so that the proxy closes it first. */
const keepAliveTimeout = 65_000;

/** Time limit for a whole request. A slow phone needs less for 16 KiB. */
const requestTimeout = 20_000;
const connectionsCheckingInterval = 2_000;

/**
 * Time limit for the headers. They normally arrive in one piece. A client that takes longer is trickling
 * them.
 */
const headersTimeout = 10_000;

/**
 * Connections per process. A socket beyond this limit is closed before it uses a file descriptor that the
 * database needs.
 */
const maxConnections = 10_000;

/**
 * Length of the accept queue. A traffic peak overflows Node's default of 511. A client that finds the queue
 * full retries after 1, 3, 7 … seconds, even if there is room again sooner.
 */
const backlog = 4_096;

/** How often a shutdown looks for connections that have become idle. */
const sweepMs = 100;

/** How long a shutdown waits for admitted requests before it exits anyway. Longer than any answer takes. */
const shutdownLimitMs = 20_000;

type Answerer = (request: IncomingMessage, response: ServerResponse) => void;

const { HOST, PORT, NODE_ENV, WEB_CONCURRENCY } = env();
if (cluster.isPrimary && WEB_CONCURRENCY > 1) superviseWorkers(WEB_CONCURRENCY);
else await serve();

async function serve(): Promise<void> {
  const dev = NODE_ENV !== 'production';
  if (!dev) sendConsoleToLog();
  // Next adds its own listener for upgrades to the server that it gets, and keeps those sockets open
  // forever. This server never listens, so Next takes over no socket. guardSockets decides which upgrades
  // are allowed.
  const httpServer = createServer();
  const app = next({ dev, hostname: HOST, port: PORT, httpServer });
  // Connects to Redis before the first order, so that no order waits for the connection.
  const [writer] = await Promise.all([startWriterThread(), app.prepare(), pingRedis(), loadRevocations()]);
  // After the thread: a scrape looks at the order writer, and makes one where there is none.
  await shareMetrics('web');
  const askNext = app.getRequestHandler();
  // In development every request renders its page.
  const stopFollowing = dev ? async () => undefined : followCatalogue(renderAgain);
  const handleOrder = orderListener(HOST);
  const afterOrders = makeAfterOrders(ordersUnderWay);
  const handlePage = dev ? askNext : rendersInTurn(askNext, ordersUnderWay, refuseBusy);
  // In development Next loads a changed handler again.
  const toNext = (request: IncomingMessage, response: ServerResponse) =>
    void withPageStatus(response, () => handlePage(request, response));
  const pages = dev ? undefined : makePageCache(handlePage);
  const personal = dev ? undefined : await makePersonalPages(import.meta.dirname, handlePage, toNext);
  const answerDirectly = dev ? () => false : await makeDirectRoutes(import.meta.dirname, HOST);
  const limitSearches = makeLimitSearches(env().SEARCH_CONCURRENCY);
  const ipHeader = declareHostResolvesIp();
  const untouched = new Set<Socket>();
  let stopping = false;

  const timeouts = { requestTimeout, headersTimeout, connectionsCheckingInterval, keepAliveTimeout };
  const server = createServer(timeouts, traceRequests(handle));
  server.maxConnections = maxConnections;
  guardSockets(server, dev ? (...upgrade) => httpServer.emit('upgrade', ...upgrade) : undefined);
  // Browsers open connections ahead of use. One that never carried a byte would delay a shutdown.
  server.on('connection', (socket) => {
    untouched.add(socket);
    socket.once('close', () => untouched.delete(socket));
  });
  // Next keeps a process alive after an unhandled error. A server that cannot listen must exit instead.
  server.on('error', (error) => {
    logger().fatal({ err: error }, 'cannot listen');
    process.exit(1);
  });
  server.listen({ port: PORT, host: HOST, backlog }, () => {
    const { port } = server.address() as AddressInfo;
    logger().info({ host: HOST, port }, 'listening');
    tellWhatIsOff();
  });
  // The same signal may arrive twice: through the process group and from the parent process.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));

  function handle(request: IncomingMessage, response: ServerResponse): void {
    untouched.delete(request.socket);
    request.url = originForm(request.url);
    if (stopping) response.setHeader('connection', 'close');
    const refusal = whyRefused(request);
    const order = !refusal && isOrder(request);
    if (!order) timeAnswer(request, response);
    // Before anything is read from its headers: these pages are the same for every client.
    const page = refusal ? undefined : pages?.find(request);
    if (page) {
      answerAfterOrders(request, response, page);
      return;
    }
    // Orders bypass Next, so Next's checks don't apply to them.
    const error =
      refusal ?? (order ? undefined : whyNextCannotRead(request, parseAndValidateFlightRouterState));
    // Must run before the lines below, which set headers that a proxy sets, too. For orders, only the test
    // cards of a shop that isn't exposed need this header.
    if (!order || !isExposed()) setOwnHeader(request, localHeader, localMark(request, env().TRUSTED_PROXIES));
    if (!error && !order) agreeOnHost(request);
    // The socket and the trusted proxies decide the client's address, not the client's own headers.
    setOwnHeader(request, ipHeader, clientAddress(request, env().TRUSTED_PROXIES));
    if (error) refuse(request, response, error);
    else if (order) void handleOrder(request, response);
    else answerAfterOrders(request, response, answerPage);
  }

  function refuseBusy(request: IncomingMessage, response: ServerResponse): void {
    refuse(request, response, overloaded());
  }

  function answerAfterOrders(request: IncomingMessage, response: ServerResponse, answer: Answerer): void {
    const work = keepTrace(() => answer(request, response));
    if (!afterOrders(response, work)) refuseBusy(request, response);
  }

  function answerPage(request: IncomingMessage, response: ServerResponse): void {
    const answer = keepTrace(() => {
      if (answerDirectly(request, response) || personal?.send(request, response)) return;
      toNext(request, response);
    });
    limitSearches(request, response, answer);
  }

  /** Renders the pages with these tags again when they are next requested. */
  async function renderAgain(tags: string[]): Promise<void> {
    const query = new URLSearchParams(tags.map((tag) => ['tag', tag]));
    await callNext(askNext, `/api/catalogue/changes?${query}`);
    // Afterwards, so that Next no longer takes its own copy for current.
    pages?.expire(tags);
    if (tags.includes(catalogueTag)) personal?.expire();
  }

  /** Accepts no new requests, answers those admitted, closes the pools and exits with 0. */
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
    // A connection becomes idle after its last answer, and keep-alive would hold it open.
    const sweep = setInterval(() => server.closeIdleConnections(), sweepMs);
    await closed;
    clearInterval(sweep);
    // Also the last spans: a collector that hangs must not delay the end by more than its limit.
    await Promise.all([writer.end(), stopFollowing(), stopTracing()]);
    await app.close();
    await writeRecords();
    await Promise.all([closeDb(), closeRedis()]);
    logger().info('stopped');
    process.exit(0);
  }
}

/**
 * A request line may hold an absolute URL (RFC 9112, 3.2.2). Next would use the host in it, which the
 * client chose. Keeps the path and query only.
 */
function originForm(url = '/'): string {
  if (url.startsWith('/') || !URL.canParse(url)) return url;
  const { pathname, search } = new URL(url);
  return pathname + search;
}

/**
 * Next compares the `Origin` of a server action with this header and answers 500 when they differ. A client
 * may have sent the header itself. `whyRefused` has already checked that the origin is the shop's own.
 */
function agreeOnHost(request: IncomingMessage): void {
  const { origin, host } = request.headers;
  if (request.method !== 'POST' || !host) return;
  const named = origin && URL.canParse(origin) ? new URL(origin).host : host;
  setOwnHeader(request, 'x-forwarded-host', named);
}

/** Warns at the start about traces that aren't loaded, and which features of an exposed shop aren't configured. */
function tellWhatIsOff(): void {
  const { STRIPE_SECRET_KEY, OTEL_EXPORTER_OTLP_ENDPOINT } = env();
  if (OTEL_EXPORTER_OTLP_ENDPOINT && !tracing()) {
    logger().warn('traces are off: start node with --import ./host/load-tracing.ts');
  }
  if (!isExposed()) return;
  if (!STRIPE_SECRET_KEY) logger().warn('card payment is off: STRIPE_SECRET_KEY is not set');
  else if (/^(sk|rk)_test_/.test(STRIPE_SECRET_KEY)) {
    logger().warn('cards are charged in test mode, and no money moves: STRIPE_SECRET_KEY is a test key');
  }
}

/**
 * Runs several processes on one port. Replaces a process that dies. On a signal, stops all and waits for
 * them.
 */
function superviseWorkers(count: number): void {
  let stopping = false;
  const numbers = new Map<number, number>();
  /** A process that replaces another one has its number. */
  const fork = (number: number) => numbers.set(cluster.fork({ PROCESS_NUMBER: number }).id, number);
  for (let number = 1; number <= count; number += 1) fork(number);
  cluster.on('exit', (worker, code, signal) => {
    // The supervisor exits with the highest exit code of its processes.
    if (stopping) process.exitCode = Math.max(Number(process.exitCode ?? 0), code ?? 1);
    if (stopping) return;
    logger().error({ pid: worker.process.pid, code, signal }, 'a server process died; starting another');
    // Waits first: without a delay, a process that cannot start would become a fork bomb.
    setTimeout(() => !stopping && fork(numbers.get(worker.id) ?? 1), 500);
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      stopping = true;
      for (const worker of Object.values(cluster.workers ?? {})) worker?.kill('SIGTERM');
    });
  }
}
