import type { IncomingMessage } from 'node:http';
import { hostNameOf } from '#host/allowed-hosts.ts';
import { isLoopbackName } from '#lib/platform/exposure.ts';
import { clientAddress, comesFromProxy } from '#lib/platform/http/client-address.ts';

/** Headers with which a proxy marks a forwarded request. */
const forwarding = /^(?:x-forwarded.*|forwarded|via|x-real-ip|x-original-.+|.*(?:client|connecting)-ip)$/;

/**
 * Whether a request was made on this machine and was not forwarded by a proxy on it: the socket and the
 * host name are loopback, and no header mentions forwarding. HTTP/1.0 counts as forwarded: proxies use it
 * by default, browsers never do.
 */
export function isFromThisMachine({ headers, socket, httpVersion }: IncomingMessage): boolean {
  if (httpVersion !== '1.1' || !isLoopbackName(socket.remoteAddress ?? '')) return false;
  const host = hostNameOf(headers.host);
  if (host === undefined || !isLoopbackName(host)) return false;
  return !Object.keys(headers).some((name) => forwarding.test(name));
}

/**
 * The value of `localHeader`, which server.ts sets. `1`: the request was made on this machine. `proxy`: the
 * client is on this machine and a proxy named in the configuration forwarded the request (as
 * `npm start -- --edge` does). `0`: any other request.
 */
export function localMark(request: IncomingMessage, trustedProxies: readonly string[]): '1' | 'proxy' | '0' {
  if (isFromThisMachine(request)) return '1';
  const isNamed = comesFromProxy(request.socket, trustedProxies);
  return isNamed && isLoopbackName(clientAddress(request, trustedProxies)) ? 'proxy' : '0';
}
