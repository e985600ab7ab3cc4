import type { IncomingMessage, ServerResponse } from 'node:http';
import { makeWaitingClients } from '#host/calls/waiting-clients.ts';
import { isBusy, roomForMore } from '#lib/checkout/gateway/admission.ts';
import { countAnswer } from '#lib/checkout/order-metrics.ts';
import { overloaded, overloadedRetrySeconds } from '#lib/orders/batch/batch-queue.ts';
import { env } from '#lib/platform/env.ts';
import { comesFromProxy } from '#lib/platform/http/client-address.ts';
import { isForm, problemAnswer, requestIdFrom } from '#lib/platform/http/http.ts';
import { countSubmission } from '#lib/submissions/submission-metrics.ts';

/**
 * Sends the refusal that `answerOrder` would give, for a small part of its cost. During a traffic peak most
 * requests end here, and every refusal takes processor time from the admitted orders. Returns whether it
 * refused.
 */
export function refuseWhenBusy(request: IncomingMessage, response: ServerResponse): boolean {
  const { headers, socket } = request;
  if (!isBusy({ isForm: isForm(headers['content-type']) })) return false;
  const requestId = requestIdFrom(headers['x-request-id'] as string | undefined);
  const refusal = problemAnswer(refusedUnread, requestId);
  response.writeHead(refusal.status, { ...refusal.headers, 'x-request-id': requestId });
  response.end(refusal.body);
  countAnswer('overloaded', performance.now());
  countSubmission('gateway', 'refused');
  // Many clients share a proxy's connections, so pausing one would delay others. The proxy has its own
  // limits per client.
  if (!comesFromProxy(socket, env().TRUSTED_PROXIES)) readLater(request);
  return true;
}

/** Created once: the stack trace of an error costs as much as the rest of a refusal. */
const refusedUnread = overloaded();

const waitingClients = makeWaitingClients({ atLeastMs: 1_000 * overloadedRetrySeconds, room: roomForMore });

/** Reads the rest of the body first, because it comes before the next request on the connection. */
function readLater(request: IncomingMessage): void {
  const { socket } = request;
  request.once('end', () => waitingClients.add(socket));
  request.resume();
}
