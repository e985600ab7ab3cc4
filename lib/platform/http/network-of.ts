import { isIP } from 'node:net';
import { isExposed, isLoopbackName } from '#lib/platform/exposure.ts';

/**
 * The client's address as far as it says who the client is. On an exposed shop a loopback address is
 * that of a proxy which TRUSTED_PROXIES does not name: it would stand for every shopper.
 */
export function countedAddress(ip: string | undefined): string | undefined {
  return ip !== undefined && isExposed() && isLoopbackName(ip) ? undefined : ip;
}

/** The network of a client's address, as far as it says who the client is. */
export function countedNetwork(ip: string | undefined): string | undefined {
  const address = countedAddress(ip);
  return address === undefined ? undefined : networkOf(address);
}

/**
 * The network that an address is counted by, or undefined for what is no address. An IPv4
 * address stands for itself. An IPv6 household is given up to a /56, which is 256 times a /64, and may
 * take a new address from it for every request, so the /56 is what counts. A mobile network gives each
 * telephone a /64, so at most 256 telephones share a count: fewer than share an IPv4 address there.
 */
export function networkOf(address: string): string | undefined {
  const plain = address.split('%')[0] ?? ''; // A zone says which cable it came by: "fe80::1%eth0".
  const version = isIP(plain);
  if (version !== 6) return version === 4 ? plain : undefined;
  const groups = groupsOf(plain);
  // `::ffff:1.2.3.4` is an IPv4 address as a socket for both families shows it.
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return [6, 7].flatMap((at) => [(groups[at] ?? 0) >> 8, (groups[at] ?? 0) & 0xff]).join('.');
  }
  const prefix = [...groups.slice(0, 3), (groups[3] ?? 0) & 0xff00].map((group) => group.toString(16));
  return `${prefix.join(':')}::/56`;
}

/** The eight groups. The URL parser brings every way of writing an address into one form first. */
function groupsOf(address: string): number[] {
  const [left = '', right = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const [before, after] = [left, right].map((part) => (part ? part.split(':') : [])) as [string[], string[]];
  const gap = Array<string>(8 - before.length - after.length).fill('0');
  return [...before, ...gap, ...after].map((group) => Number.parseInt(group, 16));
}
