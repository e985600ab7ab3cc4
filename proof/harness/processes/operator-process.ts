import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fulfilOrder } from '#lib/order-management/fulfil-order.ts';
import { closeDb } from '#lib/platform/database/db.ts';
import { env } from '#lib/platform/env.ts';
import { AppError } from '#lib/platform/errors.ts';
import type { Discrepancy } from '#lib/reconciliation/discrepancy.ts';
import { reconcile } from '#lib/reconciliation/reconcile.ts';
import { readOpen } from '#lib/reconciliation/record.ts';

/**
 * The shop's operator, who does what two commands do: `POST /fulfil?user=&order=` is `npm run order -- fulfil`, and
 * `POST /reconcile` is `npm run reconcile -- --repair`. It is a process that keeps running, because one for each order
 * would cost a second of CPU.
 */

const actor = { kind: 'operator', name: 'chaos' } as const;

/** The worker may be reconciling, too, for as long as its job may run. */
const reconcileWithinMs = 100_000;

/** What is still open after the certain repairs. */
async function reconcileBooks(): Promise<Discrepancy[]> {
  const untilMs = performance.now() + reconcileWithinMs;
  while (performance.now() < untilMs) {
    const run = await reconcile({ actor, repairs: true, untilMs });
    if (typeof run === 'object') return readOpen();
    await sleep(250);
  }
  throw new AppError('unavailable', { detail: 'The reconciliation did not end.' });
}

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://operator');
  if (pathname === '/api/health') return response.end('{}');
  if (pathname === '/reconcile') {
    const open = await reconcileBooks().catch((error: Error) => error.message);
    return response.end(JSON.stringify({ open }));
  }
  const [userId, orderId] = [searchParams.get('user') ?? '', searchParams.get('order') ?? ''];
  try {
    const done = await fulfilOrder({ userId, orderId, actor });
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
