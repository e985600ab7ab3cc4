import { createServer } from 'node:http';
import { fulfilOrder } from '#lib/order-management/fulfil-order.ts';
import { closeDb } from '#lib/platform/database/db.ts';
import { env } from '#lib/platform/env.ts';
import { AppError } from '#lib/platform/errors.ts';

/**
 * The shop's operator, who does what `npm run order -- fulfil` does: `POST /fulfil?user=&order=`. It is
 * a process that keeps running, because one for each order would cost a second of CPU.
 */

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://operator');
  if (pathname === '/api/health') return response.end('{}');
  const [userId, orderId] = [searchParams.get('user') ?? '', searchParams.get('order') ?? ''];
  try {
    const done = await fulfilOrder({ userId, orderId, actor: { kind: 'operator', name: 'chaos' } });
    response.end(JSON.stringify(done));
  } catch (error) {
    // The provider did not answer, or the database is down: the outcome is unknown.
    const isKnown = error instanceof AppError;
    response.writeHead(isKnown ? error.status : 503);
    response.end(JSON.stringify({ code: isKnown ? error.code : 'unavailable' }));
  }
});
const { HOST, PORT } = env();
server.listen({ host: HOST, port: PORT });

process.once('SIGTERM', async () => {
  server.close();
  server.closeAllConnections();
  await closeDb();
  process.exit(0);
});
