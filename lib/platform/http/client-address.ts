import type { IncomingMessage } from 'node:http';
import { BlockList, isIPv6, type Socket } from 'node:net';

/**
 * The client's address. Reads `X-Forwarded-For` from its end, and uses a hop only if a trusted proxy wrote
 * it. So it never reaches the entries that the client wrote itself.
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

/** Whether a connection comes from a trusted proxy. */
export function comesFromProxy(socket: Socket, trustedProxies: readonly string[]): boolean {
  const { remoteAddress } = socket;
  return remoteAddress !== undefined && isTrusted(blockListOf(trustedProxies), withoutMapping(remoteAddress));
}

/**
 * Sets a header of the host's own. Removes all headers of that name from the client, both from the parsed
 * headers and from the raw ones, from which web-standard requests are built.
 */
export function setOwnHeader(request: IncomingMessage, name: string, value: string): void {
  const { rawHeaders } = request;
  for (let at = rawHeaders.length - 2; at >= 0; at -= 2) {
    if (rawHeaders[at]?.toLowerCase() === name) rawHeaders.splice(at, 2);
  }
  rawHeaders.push(name, value);
  request.headers[name] = value;
}

/** Some proxies add the port of the client's socket: `203.0.113.9:61234` or `[2001:db8::1]:61234`. */
function withoutPort(hop: string): string {
  const [, ipv6, ipv4] = /^(?:\[(.+)\]|([\d.]+))(?::\d{1,5})?$/.exec(hop) ?? [];
  return ipv6 ?? ipv4 ?? hop;
}

/** A dual-stack socket writes `127.0.0.1` as `::ffff:127.0.0.1`. */
function withoutMapping(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

function isTrusted(list: BlockList, address: string): boolean {
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

const lists = new Map<string, BlockList>();

/** A BlockList of addresses (`10.0.0.7`) and networks (`10.0.0.0/8`), cached. */
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
