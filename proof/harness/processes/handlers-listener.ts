import { getRequestListener } from '@hono/node-server';
import { callHandlers } from '#proof/harness/shopper/call.ts';

/** The shop's route handlers as a Node listener, without Next and without a build. */
export const handlersListener = getRequestListener(
  async (request) => {
    const { pathname, search } = new URL(request.url);
    const body = request.method === 'GET' ? undefined : await request.arrayBuffer();
    return callHandlers(pathname + search, { method: request.method, headers: request.headers, body });
  },
  { overrideGlobalObjects: false },
);
