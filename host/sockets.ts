import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { isForThisShop } from '#host/allowed-hosts.ts';
import { isFromThisMachine } from '#host/local-request.ts';
import { isForeign, requestIdFrom } from '#lib/platform/http/http.ts';

/** What server.ts does with a socket that carries something other than a request it can answer. */

type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => unknown;

/**
 * Ends every socket that asks for what the shop does not have. Without a listener for `upgrade`
 * Node ignores the header and answers the request as usual; Next's own listener, which keeps such
 * sockets open for ever, is never added (see server.ts). `hotReload` is Next's, in development.
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

/** Where Next's hot reload listens. It would keep a socket to any other address open without a word. */
const hotReloadPath = /^\/_next\/hmr(?:$|\?)/;

/** Hot reload tells about the source code: only a page of this shop, on this machine, may listen. */
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

/** Says why, if anybody can still hear it, and closes. */
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
