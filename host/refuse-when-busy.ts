import type { IncomingMessage, ServerResponse } from 'node:http';
import { makeWaitingClients } from '#host/waiting-clients.ts';
import { isBusy, roomForMore } from '#lib/checkout/gateway/admission.ts';
import { countAnswer } from '#lib/checkout/order-metrics.ts';
import { overloaded, overloadedRetrySeconds } from '#lib/orders/batch/batch-queue.ts';
import { env } from '#lib/platform/env.ts';
import { comesFromProxy } from '#lib/platform/http/client-address.ts';
import { isForm, problemAnswer, requestIdFrom } from '#lib/platform/http/http.ts';

/**
 * What `answerOrder` would answer, for a small part of its price: in a rush most requests end here,
 * and what they cost is taken from those that are let in.
 */
export function refuseWhenBusy(request: IncomingMessage, response: ServerResponse): boolean {
  const { headers, socket } = request;
  if (!isBusy({ isForm: isForm(headers['content-type']) })) return false;
  const requestId = requestIdFrom(headers['x-request-id'] as string | undefined);
  const refusal = problemAnswer(refusedUnread, requestId);
  response.writeHead(refusal.status, { ...refusal.headers, 'x-request-id': requestId });
  response.end(refusal.body);
  countAnswer('overloaded', performance.now());
  // Many clients share a proxy's connections, and the proxy has limits of its own for each of them.
  if (!comesFromProxy(socket, env().TRUSTED_PROXIES)) readLater(request);
  return true;
}

/** Made once: the trace that an error takes along costs as much as all else about a refusal. */
const refusedUnread = overloaded();

const waitingClients = makeWaitingClients({ atLeastMs: 1_000 * overloadedRetrySeconds, room: roomForMore });

/** The rest of the body has to be read first, or it would stand before the next request. */
function readLater(request: IncomingMessage): void {
  const { socket } = request;
  request.once('end', () => waitingClients.add(socket));
  request.resume();
}
