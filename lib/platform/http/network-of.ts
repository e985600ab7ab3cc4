import { isIP } from 'node:net';
import { isExposed, isLoopbackName } from '#lib/platform/exposure.ts';

/**
 * The client's address if it identifies the client, else undefined. On an exposed shop a loopback address
 * belongs to a proxy missing from TRUSTED_PROXIES, which all shoppers would share.
 */
export function countedAddress(ip: string | undefined): string | undefined {
  return ip !== undefined && isExposed() && isLoopbackName(ip) ? undefined : ip;
}

/** The network of a client's address if that identifies the client, else undefined. */
export function countedNetwork(ip: string | undefined): string | undefined {
  const address = countedAddress(ip);
  return address === undefined ? undefined : networkOf(address);
}

/**
 * The network that an address is counted by, or undefined if the text is not an address. An IPv4 address is
 * counted by itself. An IPv6 household gets up to a /56, which is 256 times a /64, and may use a new
 * address from it for every request, so it is counted by the /56. A mobile network gives each phone a /64,
 * so at most 256 phones share a count: fewer than share an IPv4 address there.
 */
export function networkOf(address: string): string | undefined {
  const plain = address.split('%')[0] ?? ''; // Removes the zone, which names the network interface: "fe80::1%eth0".
  const version = isIP(plain);
  if (version !== 6) return version === 4 ? plain : undefined;
  const groups = groupsOf(plain);
  // `::ffff:1.2.3.4` is an IPv4 address in the notation of a dual-stack socket.
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return [6, 7].flatMap((at) => [(groups[at] ?? 0) >> 8, (groups[at] ?? 0) & 0xff]).join('.');
  }
  const prefix = [...groups.slice(0, 3), (groups[3] ?? 0) & 0xff00].map((group) => group.toString(16));
  return `${prefix.join(':')}::/56`;
}

/**
 * The network of a client for records: an IPv4 /24, or an IPv6 /32. A /48 may be one household or one office. A
 * /32 is what a registry gives to a provider. A /24 has 256 addresses, and all of them may belong to one company.
 * So it is less than an address and still personal data. Undefined if the text is not an address.
 */
export function roughNetworkOf(address: string): string | undefined {
  const network = networkOf(address);
  if (network === undefined) return undefined;
  if (network.includes(':')) return `${network.split(':').slice(0, 2).join(':')}::/32`;
  return `${network.split('.').slice(0, 3).join('.')}.0/24`;
}

/** The eight groups of an IPv6 address. The URL parser first normalises its spelling. */
function groupsOf(address: string): number[] {
  const [left = '', right = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const [before, after] = [left, right].map((part) => (part ? part.split(':') : [])) as [string[], string[]];
  const gap = Array<string>(8 - before.length - after.length).fill('0');
  return [...before, ...gap, ...after].map((group) => Number.parseInt(group, 16));
}
