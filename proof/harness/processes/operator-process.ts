import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fulfilOrder } from '#lib/order-management/fulfil-order.ts';
import { closeDb } from '#lib/platform/database/db.ts';
import { env } from '#lib/platform/env.ts';
import { AppError } from '#lib/platform/errors.ts';
import { closeDay } from '#lib/reconciliation/close-day.ts';
import type { Discrepancy } from '#lib/reconciliation/discrepancy.ts';
import { reconcile } from '#lib/reconciliation/reconcile.ts';
import { accept, readDiscrepancy, readOpen } from '#lib/reconciliation/record.ts';
import { repairDiscrepancy } from '#lib/reconciliation/repair.ts';

/**
 * The shop's operator, who does what commands do. It is a process that keeps running, because one for each order
 * would cost a second of CPU.
 *
 * - `POST /fulfil?user=&order=` is `npm run order -- fulfil`
 * - `POST /reconcile` is `npm run reconcile -- --repair`
 * - `POST /repair?id=` is `npm run reconcile -- repair`
 * - `POST /close?day=` is `npm run reconcile -- close`
 * - `POST /accept?id=&version=&note=` is `npm run reconcile -- accept`, by a person who has read this version
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

async function discrepancyOf(id: string): Promise<Discrepancy> {
  const discrepancy = await readDiscrepancy(id);
  if (!discrepancy) throw new AppError('not_found', { detail: 'There is no such discrepancy.' });
  return discrepancy;
}

type Asked = (name: string) => string;

const actions: Readonly<Record<string, (asked: Asked) => Promise<unknown>>> = {
  '/fulfil': (asked) => fulfilOrder({ userId: asked('user'), orderId: asked('order'), actor }),
  '/reconcile': async () => ({ open: await reconcileBooks().catch((error: Error) => error.message) }),
  '/repair': async (asked) => ({
    gone: await repairDiscrepancy(await discrepancyOf(asked('id')), { actor }),
  }),
  '/close': (asked) => closeDay(asked('day'), { signedBy: actor.name }),
  '/accept': async (asked) => {
    const read = { ...(await discrepancyOf(asked('id'))), version: Number(asked('version')) };
    await accept(read, { actor, note: asked('note') });
    return {};
  },
};

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://operator');
  if (pathname === '/api/health') return response.end('{}');
  try {
    const done = await actions[pathname]?.((name) => searchParams.get(name) ?? '');
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
