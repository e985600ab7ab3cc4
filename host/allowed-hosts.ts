import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { env, siteUrl } from '#lib/platform/env.ts';
import { isLoopbackName } from '#lib/platform/exposure.ts';

/** The name in a `Host` header, in lower case and without its port. Undefined if the header is not a host. */
export function hostNameOf(header: string | undefined): string | undefined {
  const match = /^(\[[\da-f:.]+\]|[\w.-]+?)\.?(?::\d{1,5})?$/i.exec(header ?? '');
  return match?.[1]?.toLowerCase();
}

/**
 * Whether a request is meant for this shop. Its host must be the public one, a loopback name, an address of
 * this machine, or listed in ALLOWED_HOSTS. Any other name may belong to an attacker whose DNS points here
 * (DNS rebinding), to read answers in a visitor's browser or to get links that contain that name. A request
 * without a host (HTTP/1.0) carries no foreign name and is accepted.
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

/** Addresses change while a machine runs, so they are read each time, but only if the host is an address. */
function isOwnAddress(host: string): boolean {
  const address = host.replace(/^\[|\]$/g, '');
  if (isIP(address) === 0) return false;
  return Object.values(networkInterfaces()).some((entries) =>
    entries?.some((entry) => entry.address === address),
  );
}
