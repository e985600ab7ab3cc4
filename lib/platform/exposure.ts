import { BlockList, isIP } from 'node:net';
import { type Env, env } from '#lib/platform/env.ts';

/**
 * Whether people other than the one at the keyboard can reach the shop. Everything that exists for
 * development asks here: the mailbox, test cards without a provider, metrics without a token. A shop
 * is exposed unless `npm start` or `npm run dev` says LOCAL_SHOP and nothing contradicts it.
 */
type Reach = Pick<Env, 'LOCAL_SHOP' | 'HOST' | 'PUBLIC_URL' | 'ALLOWED_HOSTS' | 'TRUSTED_PROXIES' | 'VERCEL'>;

export function isExposed(reach: Reach = env()): boolean {
  let exposed = exposure.get(reach);
  if (exposed === undefined) {
    exposed = judgeExposure(reach);
    exposure.set(reach, exposed);
  }
  return exposed;
}

/** Asked several times for each order, and the same as long as the configuration is. */
const exposure = new WeakMap<Reach, boolean>();

function judgeExposure(reach: Reach): boolean {
  const { LOCAL_SHOP, HOST, PUBLIC_URL, ALLOWED_HOSTS, TRUSTED_PROXIES, VERCEL } = reach;
  if (!LOCAL_SHOP || VERCEL) return true;
  // A name that a proxy calls it by, or a proxy on another machine, says as much as a public name.
  const proxies = TRUSTED_PROXIES.map((entry) => entry.split('/')[0] ?? '');
  const names = [HOST, ...ALLOWED_HOSTS, ...proxies, ...(PUBLIC_URL ? [new URL(PUBLIC_URL).hostname] : [])];
  return !names.every(isLoopbackName);
}

/** IPv6 has many spellings of one address; a list compares addresses. */
const loopback = new BlockList();
loopback.addAddress('::1', 'ipv6');

/** Whether a host name or address, without a port, always means this machine. */
export function isLoopbackName(name: string): boolean {
  const host = name
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/^::ffff:(?=\d+\.)/, '');
  const version = isIP(host);
  if (version === 4) return host.startsWith('127.');
  if (version === 6) return loopback.check(host, 'ipv6');
  return host === 'localhost' || host.endsWith('.localhost');
}
