import path from 'node:path';
import { findRoute, listRoutes } from '#host/calls/route-table.ts';

/** Sends a request and resolves with its answer: from the handlers in this process, or over a socket. */
export type Call = (path: string, init?: RequestInit) => Promise<Response>;

const origin = 'http://shop.test';

const routes = listRoutes(path.resolve(import.meta.dirname, '..', '..', '..'));

/** Calls the route handlers with real `Request`s, without Next. */
export const callHandlers: Call = async (address, init = {}) => {
  const url = new URL(address, origin);
  const found = findRoute(routes, url.pathname.split('/').filter(Boolean).map(decodeURIComponent));
  if (!found) return new Response(null, { status: 404 });
  const handler = (await found.route.load())[init.method ?? 'GET'];
  if (!handler) return new Response(null, { status: 405 });
  const request = new Request(url, { ...init, redirect: 'manual' });
  return handler(request, { params: Promise.resolve(found.params) });
};

/** Calls a running shop. */
export function callUrl(base: string): Call {
  return (path, init) => fetch(new URL(path, base), { ...init, redirect: 'manual' });
}
