import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { isForThisShop } from '#host/allowed-hosts.ts';
import { isFromThisMachine } from '#host/local-request.ts';
import { isForeign, requestIdFrom } from '#lib/platform/http/http.ts';

/** How server.ts handles a socket that carries something other than an ordinary request. */

type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => unknown;

/**
 * Closes every socket that asks for something the shop does not offer. Without a listener for `upgrade`,
 * Node ignores the header and answers the request as usual. Next's own listener, which keeps such sockets
 * open forever, is never added (see server.ts). `hotReload` is Next's, in development.
 */
export function guardSockets(server: Server, hotReload: Upgrade | undefined): void {
  server.on('connect', (_request, socket) => end(socket, '405 Method Not Allowed'));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => end(socket, statusOf(error)));
  if (!hotReload) return;
  server.on('upgrade', (request, socket, head) => {
    if (mayReload(request)) void hotReload(request, socket, head);
    else end(socket, '403 Forbidden');
  });
}

/** The path of Next's hot reload. Next would silently keep a socket to any other path open. */
const hotReloadPath = /^\/_next\/hmr(?:$|\?)/;

/** Hot reload reveals source code, so only a page of this shop on this machine may connect. */
function mayReload(request: IncomingMessage): boolean {
  if (!hotReloadPath.test(request.url ?? '')) return false;
  const { origin, host = '', 'sec-fetch-site': site } = request.headers;
  const foreign = !origin || isForeign({ origin, site: site as string | undefined, host });
  return isForThisShop(request) && isFromThisMachine(request) && !foreign;
}

function statusOf({ code }: NodeJS.ErrnoException): string {
  if (code === 'HPE_HEADER_OVERFLOW') return '431 Request Header Fields Too Large';
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return '408 Request Timeout';
  return '400 Bad Request';
}

/** Sends the status if the client can still receive it, then closes. */
function end(socket: Duplex, status: string): void {
  socket.on('error', () => undefined);
  if (!socket.writable) return void socket.destroy();
  const head = [
    `HTTP/1.1 ${status}`,
    'Connection: close',
    'Content-Length: 0',
    `X-Request-Id: ${requestIdFrom(null)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n`, () => socket.destroy());
}
