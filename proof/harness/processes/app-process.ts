import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { makeDirectRoutes } from '#host/calls/direct-routes.ts';
import { isOrder, orderListener } from '#host/calls/node-listener.ts';
import { timeAnswer } from '#host/calls/time-answer.ts';
import { traceRequests } from '#host/calls/trace-requests.ts';
import { startWriterThread } from '#host/orders/threaded-writer.ts';
import { closeDb } from '#lib/platform/database/db.ts';
import { env } from '#lib/platform/env.ts';
import { clientAddress, setOwnHeader } from '#lib/platform/http/client-address.ts';
import { declareHostResolvesIp } from '#lib/platform/http/http.ts';
import { closeRedis, pingRedis } from '#lib/platform/redis/redis.ts';
import { shareMetrics } from '#lib/platform/scrape/share-metrics.ts';
import { stopTracing } from '#lib/platform/tracing/start-tracing.ts';
import { writeRecords } from '#lib/submissions/record-submission.ts';
import { root } from '../services/child.ts';
import { handlersListener } from './handlers-listener.ts';

/**
 * A process of the shop without its pages. `POST /api/orders` uses server.ts's listener, and other calls
 * use the same route handlers, without Next. It needs no build and starts in a second, so it can be
 * killed often. Stops at SIGTERM as server.ts does.
 */

const { HOST, PORT, TRUSTED_PROXIES } = env();
const ipHeader = declareHostResolvesIp();
const [writer] = await Promise.all([startWriterThread(), pingRedis()]);
// After the thread: a scrape looks at the order writer, and makes one where there is none.
await shareMetrics('web');

const handleOrder = orderListener(HOST);
const answerDirectly = await makeDirectRoutes(root, HOST);

let stopping = false;
function handle(request: IncomingMessage, response: ServerResponse): void {
  if (stopping) response.setHeader('connection', 'close');
  setOwnHeader(request, ipHeader, clientAddress(request, TRUSTED_PROXIES));
  if (isOrder(request)) void handleOrder(request, response);
  else {
    timeAnswer(request, response);
    if (!answerDirectly(request, response)) void handlersListener(request, response);
  }
}

const server = createServer(traceRequests(handle));
server.listen({ host: HOST, port: PORT, backlog: 1_024 });

process.once('SIGTERM', async () => {
  stopping = true;
  // A request that never ends must not block a rolling restart for ever.
  setTimeout(() => process.exit(1), 20_000).unref();
  const closed = new Promise((resolve) => server.close(resolve));
  const sweep = setInterval(() => server.closeIdleConnections(), 100);
  await closed;
  clearInterval(sweep);
  await Promise.all([writer.end(), stopTracing()]);
  await writeRecords();
  await Promise.all([closeDb(), closeRedis()]);
  process.exit(0);
});
