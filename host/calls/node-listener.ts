import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener, type Http2Bindings, type HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { refuseWhenBusy } from '#host/calls/refuse-when-busy.ts';
import { answerOrder } from '#lib/checkout/submit-order.ts';
import { AppError } from '#lib/platform/errors.ts';
import { asAppError, problem } from '#lib/platform/http/http.ts';

export type Listener = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** `POST /api/orders` as a `node:http` listener that bypasses Next's router. */
export function orderListener(hostname: string): Listener {
  const answer = listenerOf(hostname, 'Nothing was ordered.', async (request, response) => {
    const { status, headers, body } = await answerOrder(request);
    response.writeHead(status, headers);
    response.end(body);
  });
  return async (request, response) =>
    refuseWhenBusy(request, response) ? undefined : answer(request, response);
}

/**
 * A `node:http` listener that passes `respond` the request as a `Request`. `respond` writes the answer itself:
 * Hono's listener would read it back out of a stream. `nothing` says what an unreadable request has not done.
 */
export function listenerOf(
  hostname: string,
  nothing: string,
  respond: (request: Request, response: ServerResponse, incoming: IncomingMessage) => Promise<void>,
): Listener {
  const fetch = async (request: Request, { incoming, outgoing }: HttpBindings | Http2Bindings) => {
    await respond(request, outgoing as ServerResponse, incoming as IncomingMessage);
    return RESPONSE_ALREADY_SENT;
  };
  return getRequestListener(fetch, {
    hostname,
    // Next has replaced some globals. Hono must not replace them, too.
    overrideGlobalObjects: false,
    errorHandler: (cause) => {
      const requestId = crypto.randomUUID();
      if (!isMalformed(cause)) return problem(asAppError(cause, requestId), requestId);
      const error = new AppError('invalid_request', {
        detail: `The request could not be read. ${nothing}`,
        extra: { fields: [] },
        cause,
      });
      return problem(error, requestId);
    },
  });
}

/** The request has no host or an invalid one: Hono's own error. Any other one is an error of the shop. */
const isMalformed = (error: unknown) => error instanceof Error && error.name === 'RequestError';

/** With or without a trailing slash, and with any query. */
const orderPath = /^\/api\/orders\/?(?:$|\?)/;

/** Whether the order listener handles this request. */
export function isOrder({ method, url }: IncomingMessage): boolean {
  return method === 'POST' && url !== undefined && orderPath.test(url);
}
