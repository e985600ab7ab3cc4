import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { env, siteUrl } from '#lib/platform/env.ts';
import { isLoopbackName } from '#lib/platform/exposure.ts';

/** The name in a `Host` header, in lower case and without its port; undefined for what is no host. */
export function hostNameOf(header: string | undefined): string | undefined {
  const match = /^(\[[\da-f:.]+\]|[\w.-]+?)\.?(?::\d{1,5})?$/i.exec(header ?? '');
  return match?.[1]?.toLowerCase();
}

/**
 * Whether a request is meant for this shop: its host is the public one, a loopback name, an address
 * of this machine, or listed in ALLOWED_HOSTS. Any other name may be a stranger's whose DNS points
 * here, to read answers in a visitor's browser or to have links written with it. A request without a
 * host (HTTP/1.0) names no stranger.
 */
export function isForThisShop(request: IncomingMessage): boolean {
  const header = request.headers.host;
  if (!header) return true;
  const host = hostNameOf(header);
  if (host === undefined) return false;
  return configured().has(host) || isLoopbackName(host) || isOwnAddress(host);
}

let names: Set<string> | undefined;

function configured(): Set<string> {
  const { HOST, ALLOWED_HOSTS } = env();
  names ??= new Set([siteUrl().hostname, HOST, ...ALLOWED_HOSTS].map((name) => name.toLowerCase()));
  return names;
}

/** Addresses change while a machine runs, so they are looked up, and only for a host that is one. */
function isOwnAddress(host: string): boolean {
  const address = host.replace(/^\[|\]$/g, '');
  if (isIP(address) === 0) return false;
  return Object.values(networkInterfaces()).some((entries) =>
    entries?.some((entry) => entry.address === address),
  );
}
