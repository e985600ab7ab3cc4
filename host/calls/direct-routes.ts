import type { IncomingMessage, ServerResponse } from 'node:http';
import { hostNameOf } from '#host/allowed-hosts.ts';
import { listenerOf } from '#host/calls/node-listener.ts';
import { findRoute, listRoutes, type RouteHandler } from '#host/calls/route-table.ts';
import { writeResponse } from '#host/calls/write-response.ts';

/** Answers a request without Next if a route handler can. Returns whether it does. */
export type DirectRoutes = (request: IncomingMessage, response: ServerResponse) => boolean;

/** What answers a request. */
interface Match {
  handler: RouteHandler;
  params: Record<string, string>;
}

/**
 * Files whose handlers use Next itself: its page cache, or its order of files before routes. Next calls these.
 */
const needNext = ['api/catalogue/changes', 'api/cron/jobs', 'products/[picture]'];

/**
 * A path without escapes, empty segments and dots in front. Next decides what the others mean: its rules for
 * them are not repeated here.
 */
const plainPath = /^(?:\/[\w~-][\w.~-]*)+\/?$/;

/** The methods that the handlers answer themselves. Next answers the others, such as HEAD, from them. */
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * Calls the route handlers of `app/` directly. They are functions of a request, and Next's router in front of
 * them costs 20 times as much as most of them. Fails if one of them cannot be loaded.
 */
export async function makeDirectRoutes(root: string, hostname: string): Promise<DirectRoutes> {
  const listed = listRoutes(root).filter(({ segments }) => !needNext.includes(segments.join('/')));
  const routes = await Promise.all(
    listed.map(async ({ segments, load }) => ({ segments, module: await load() })),
  );
  const matches = new WeakMap<IncomingMessage, Match>();
  const listener = listenerOf(hostname, 'Nothing was changed.', async (request, response, incoming) => {
    const { handler, params } = matches.get(incoming) as Match;
    await writeResponse(response, await handler(request, { params: Promise.resolve(params) }), incoming);
  });

  function match({ method = '', url = '/', headers }: IncomingMessage): Match | undefined {
    const [address = ''] = url.split('?', 1);
    if (!methods.includes(method) || !plainPath.test(address)) return undefined;
    // A health check may come under any name, also one that is no part of a URL.
    if (hostNameOf(headers.host) === undefined) return undefined;
    const found = findRoute(routes, address.split('/').filter(Boolean));
    const handler = found?.route.module[method];
    return found && handler && { handler, params: found.params };
  }

  return (request, response) => {
    const found = match(request);
    if (!found) return false;
    matches.set(request, found);
    void listener(request, response);
    return true;
  };
}
