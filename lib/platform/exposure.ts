import { BlockList, isIP } from 'node:net';
import { type Env, env } from '#lib/platform/env.ts';

/**
 * Whether anyone but the developer on this machine can reach the shop. Every development feature checks
 * this: the mailbox, test cards without a provider, metrics without a token. A shop is exposed unless
 * `npm start` or `npm run dev` sets LOCAL_SHOP and no other setting contradicts it.
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

/** Cached: each order checks it several times, and it depends only on the configuration. */
const exposure = new WeakMap<Reach, boolean>();

function judgeExposure(reach: Reach): boolean {
  const { LOCAL_SHOP, HOST, PUBLIC_URL, ALLOWED_HOSTS, TRUSTED_PROXIES, VERCEL } = reach;
  if (!LOCAL_SHOP || VERCEL) return true;
  // A name that a proxy uses, or a proxy on another machine, exposes the shop as much as a public name.
  const proxies = TRUSTED_PROXIES.map((entry) => entry.split('/')[0] ?? '');
  const names = [HOST, ...ALLOWED_HOSTS, ...proxies, ...(PUBLIC_URL ? [new URL(PUBLIC_URL).hostname] : [])];
  return !names.every(isLoopbackName);
}

/** An IPv6 address has many spellings. A BlockList compares addresses, not text. */
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
