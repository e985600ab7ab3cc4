import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener, type Http2Bindings, type HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { refuseWhenBusy } from '#host/refuse-when-busy.ts';
import { answerOrder } from '#lib/checkout/submit-order.ts';
import { AppError } from '#lib/platform/errors.ts';
import { problem } from '#lib/platform/http/http.ts';

type Listener = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** `POST /api/orders` as a `node:http` listener that bypasses Next's router. */
export function orderListener(hostname: string): Listener {
  const answer = orderAnswerer(hostname);
  return async (request, response) =>
    refuseWhenBusy(request, response) ? undefined : answer(request, response);
}

function orderAnswerer(hostname: string): Listener {
  return getRequestListener(answerDirectly, {
    hostname,
    // Next has replaced some globals. Hono must not replace them, too.
    overrideGlobalObjects: false,
    // The request is malformed: it has no host or an invalid one.
    errorHandler: (cause) => {
      const error = new AppError('invalid_request', {
        detail: 'The request could not be read. Nothing was ordered.',
        extra: { fields: [] },
        cause,
      });
      return problem(error, crypto.randomUUID());
    },
  });
}

/** Writes the answer itself: Hono's listener would read it back out of a stream. */
async function answerDirectly(request: Request, env: HttpBindings | Http2Bindings): Promise<Response> {
  const { status, headers, body } = await answerOrder(request);
  const outgoing = env.outgoing as ServerResponse;
  outgoing.writeHead(status, headers);
  outgoing.end(body);
  return RESPONSE_ALREADY_SENT;
}

/** With or without a trailing slash, and with any query. */
const orderPath = /^\/api\/orders\/?(?:$|\?)/;

/** Whether the order listener handles this request. */
export function isOrder({ method, url }: IncomingMessage): boolean {
  return method === 'POST' && url !== undefined && orderPath.test(url);
}
