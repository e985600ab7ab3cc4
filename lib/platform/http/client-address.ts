import type { IncomingMessage } from 'node:http';
import { BlockList, isIPv6, type Socket } from 'node:net';

/**
 * The address a request came from. `X-Forwarded-For` is read from its end, each hop believed only
 * as far as the one that wrote it is a trusted proxy: what a client wrote itself is never reached.
 */
export function clientAddress(request: IncomingMessage, trustedProxies: readonly string[]): string {
  const forwarded = String(request.headers['x-forwarded-for'] ?? '')
    .split(',')
    .map((hop) => hop.trim())
    .filter(Boolean);
  const hops = [...forwarded.map(withoutPort), request.socket.remoteAddress ?? ''].map(withoutMapping);
  const trusted = blockListOf(trustedProxies);
  while (hops.length > 1 && isTrusted(trusted, hops.at(-1) ?? '')) hops.pop();
  return hops.at(-1) ?? '';
}

/** Whether a connection comes from one of the proxies that are trusted. */
export function comesFromProxy(socket: Socket, trustedProxies: readonly string[]): boolean {
  const { remoteAddress } = socket;
  return remoteAddress !== undefined && isTrusted(blockListOf(trustedProxies), withoutMapping(remoteAddress));
}

/**
 * Makes a header of a request our own word: whatever the client wrote under its name is gone, from
 * the parsed headers and from the raw ones that web-standard requests are built of.
 */
export function setOwnHeader(request: IncomingMessage, name: string, value: string): void {
  const { rawHeaders } = request;
  for (let at = rawHeaders.length - 2; at >= 0; at -= 2) {
    if (rawHeaders[at]?.toLowerCase() === name) rawHeaders.splice(at, 2);
  }
  rawHeaders.push(name, value);
  request.headers[name] = value;
}

/** Some proxies write where the client's socket is, `203.0.113.9:61234` or `[2001:db8::1]:61234`. */
function withoutPort(hop: string): string {
  const [, ipv6, ipv4] = /^(?:\[(.+)\]|([\d.]+))(?::\d{1,5})?$/.exec(hop) ?? [];
  return ipv6 ?? ipv4 ?? hop;
}

/** `::ffff:127.0.0.1` is how a socket that takes both families writes `127.0.0.1`. */
function withoutMapping(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

function isTrusted(list: BlockList, address: string): boolean {
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

const lists = new Map<string, BlockList>();

/** Addresses (`10.0.0.7`) and networks (`10.0.0.0/8`) as a list that can be asked. */
function blockListOf(entries: readonly string[]): BlockList {
  const key = entries.join(',');
  let list = lists.get(key);
  if (!list) {
    list = new BlockList();
    for (const entry of entries) {
      const [address = '', bits] = entry.split('/');
      const family = isIPv6(address) ? 'ipv6' : 'ipv4';
      if (bits === undefined) list.addAddress(address, family);
      else list.addSubnet(address, Number(bits), family);
    }
    lists.set(key, list);
  }
  return list;
}
