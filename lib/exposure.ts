import { BlockList, isIP } from 'node:net';
import { type Env, env } from '#lib/env.ts';

/**
 * Whether people other than the one at the keyboard can reach the shop. Everything that exists for
 * development asks here: the mailbox, test cards without a provider, metrics without a token. A shop
 * is exposed unless `npm start` or `npm run dev` says LOCAL_SHOP and nothing contradicts it.
 */
type Reach = Pick<Env, 'LOCAL_SHOP' | 'HOST' | 'PUBLIC_URL' | 'VERCEL'>;

export function isExposed({ LOCAL_SHOP, HOST, PUBLIC_URL, VERCEL }: Reach = env()): boolean {
  const named = PUBLIC_URL !== undefined && !isLoopbackName(new URL(PUBLIC_URL).hostname);
  return !LOCAL_SHOP || VERCEL || named || !isLoopbackName(HOST);
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether a host name or address, without a port, always means this machine. */
export function isLoopbackName(name: string): boolean {
  const host = name
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/^::ffff:(?=\d+\.)/, '');
  const version = isIP(host);
  if (version !== 0) return loopback.check(host, version === 6 ? 'ipv6' : 'ipv4');
  return host === 'localhost' || host.endsWith('.localhost');
}
