import type { IncomingMessage } from 'node:http';
import { hostNameOf } from '#host/allowed-hosts.ts';
import { isLoopbackName } from '#lib/platform/exposure.ts';
import { clientAddress, comesFromProxy } from '#lib/platform/http/client-address.ts';

/** Headers by which a proxy tells that it passes on somebody else's request. */
const forwarding = /^(?:x-forwarded.*|forwarded|via|x-real-ip|x-original-.+|.*(?:client|connecting)-ip)$/;

/**
 * Whether a request was made on this machine and not passed on by a proxy that runs on it: the
 * socket and the host name are loopback, and no header speaks of forwarding. HTTP/1.0 is what a
 * proxy speaks that was told nothing else; browsers do not.
 */
export function isFromThisMachine({ headers, socket, httpVersion }: IncomingMessage): boolean {
  if (httpVersion !== '1.1' || !isLoopbackName(socket.remoteAddress ?? '')) return false;
  const host = hostNameOf(headers.host);
  if (host === undefined || !isLoopbackName(host)) return false;
  return !Object.keys(headers).some((name) => forwarding.test(name));
}

/**
 * What server.ts says in `localHeader`: `1` for a request that was made on this machine, `proxy` for
 * one that a proxy passed on which the configuration names (as `npm start -- --edge` does) and whose
 * client is on this machine, `0` for every other.
 */
export function localMark(request: IncomingMessage, trustedProxies: readonly string[]): '1' | 'proxy' | '0' {
  if (isFromThisMachine(request)) return '1';
  const isNamed = comesFromProxy(request.socket, trustedProxies);
  return isNamed && isLoopbackName(clientAddress(request, trustedProxies)) ? 'proxy' : '0';
}
