import { randomUUID } from 'node:crypto';
import { isSecure } from '#lib/env.ts';
import { AppError } from '#lib/errors.ts';
import { sameBytes, sign, signUnderAll } from '#lib/signing.ts';

/**
 * Who the shopper is: a signed cookie that carries nothing but a random user id. A guest has
 * one from their first cart on; nothing is stored for it, so making one costs no write.
 */
export const sessionCookie = 'once_session';

/** 400 days, the longest that browsers keep a cookie (RFC 6265bis). */
const sessionMaxAgeSeconds = 400 * 24 * 3600;

const purpose = 'once.session.v1';
const form = /^([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})\.([\w-]{43})$/;

/** `<user id>.<mac>`, the cookie's value. */
export function sealSession(userId: string): string {
  return `${userId}.${sign(purpose, userId).toString('base64url')}`;
}

/** The user id of a cookie's value, or undefined when it is not one that we made. */
export function openSession(value: string | undefined): string | undefined {
  const match = value?.match(form);
  if (!match?.[1] || !match[2]) return undefined;
  // As text: two bits of its last letter mean nothing, and a shopper who spells their cookie in four
  // ways would be four to whoever counts by it.
  const given = Buffer.from(match[2]);
  const macs = signUnderAll(purpose, match[1]).map((mac) => Buffer.from(mac.toString('base64url')));
  return macs.some((mac) => sameBytes(mac, given)) ? match[1] : undefined;
}

/** The attributes of the cookie, for whoever sets it. `Secure` when the shop is served over TLS. */
export function sessionCookieOptions() {
  return {
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    maxAge: sessionMaxAgeSeconds,
    secure: isSecure(),
  } as const;
}

/** Reads one cookie of a request. Where a name stands twice the last one counts, as in Next. */
function readCookie(request: Request, name: string): string | undefined {
  let value: string | undefined;
  for (const pair of (request.headers.get('cookie') ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) value = pair.slice(at + 1).trim();
  }
  return value;
}

/** The shopper of a request, or undefined. */
export function sessionOf(request: Request): string | undefined {
  return openSession(readCookie(request, sessionCookie));
}

/** The shopper of a request. Throws `session_required`. */
export function requireSession(request: Request): string {
  const userId = sessionOf(request);
  if (userId) return userId;
  throw new AppError('session_required', {
    detail:
      'This needs the session cookie that the shop sets with your cart. Get /api/cart first and send its cookie.',
  });
}

/** The shopper of a request, or a new one with the `Set-Cookie` header that makes them known. */
export function sessionOrNew(request: Request): { userId: string; headers: Record<string, string> } {
  const known = sessionOf(request);
  if (known) return { userId: known, headers: {} };
  const userId = randomUUID();
  const { maxAge, secure } = sessionCookieOptions();
  const attributes = `Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  return { userId, headers: { 'set-cookie': `${sessionCookie}=${sealSession(userId)}; ${attributes}` } };
}
