import { randomUUID } from 'node:crypto';
import { isSecure } from '#lib/platform/env.ts';
import { AppError } from '#lib/platform/errors.ts';
import { cartMarkerCookie } from '#lib/platform/session/marker.ts';
import { isRevoked } from '#lib/platform/session/session-revocations.ts';
import {
  reissueAfterSeconds,
  sessionMaxAgeSeconds,
  untimedUntilSeconds,
} from '#lib/platform/session/session-times.ts';
import { sameBytes, sign, signUnderAll } from '#lib/platform/signing.ts';

/**
 * The session: a signed cookie with a random user id and its issue time. A guest gets one with their first
 * cart. The server stores nothing for it, so creating one needs no write, and checking one normally needs
 * no query.
 */
export const sessionCookie = 'once_session';

/**
 * The cookie's name over TLS. Browsers accept a cookie of this name only from the shop's own host and only
 * over TLS, so another host of the same domain can't give a shopper a session of its choice.
 */
const hostCookie = `__Host-${sessionCookie}`;

const purpose = 'once.session.v2';
const form =
  /^([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})(?:\.([0-9a-z]{6,8}))?\.([\w-]{43})$/;

const untimedPurpose = 'once.session.v1';

const nowSeconds = () => Math.floor(Date.now() / 1000);

/** `<user id>.<time in base 36>.<mac>`, the cookie's value. */
export function sealSession(userId: string, issuedAtSeconds = nowSeconds()): string {
  const signed = `${userId}.${issuedAtSeconds.toString(36)}`;
  return `${signed}.${sign(purpose, signed).toString('base64url')}`;
}

interface Session {
  userId: string;
  /** Seconds since 1970. 0 for an old cookie without an issue time. */
  issuedAtSeconds: number;
}

/** The session in a cookie's value. Undefined if the shop did not sign it or it has expired. */
function openSeal(value: string | undefined): Session | undefined {
  const [, userId, time, mac] = value?.match(form) ?? [];
  if (!userId || !mac) return undefined;
  const session = { userId, issuedAtSeconds: time ? Number.parseInt(time, 36) : 0 };
  const genuine = time
    ? wasSigned(purpose, `${userId}.${time}`, mac)
    : wasSigned(untimedPurpose, userId, mac);
  return genuine && !hasEnded(session) ? session : undefined;
}

function wasSigned(purposeOf: string, message: string, mac: string): boolean {
  // Compares the text, not the bytes: two bits of the last letter carry no data, so a shopper could spell
  // one cookie in four ways and count as four clients elsewhere.
  const given = Buffer.from(mac);
  const macs = signUnderAll(purposeOf, message).map((one) => Buffer.from(one.toString('base64url')));
  return macs.some((one) => sameBytes(one, given));
}

function hasEnded({ issuedAtSeconds }: Session): boolean {
  const endsAt = issuedAtSeconds === 0 ? untimedUntilSeconds : issuedAtSeconds + sessionMaxAgeSeconds;
  return nowSeconds() >= endsAt;
}

/** The shopper that a session identifies. */
export interface Shopper {
  /** The `user_id` of all rows that belong to the shopper, with or without an account. */
  shopperId: string;
  /** The account that the shopper is signed in to. Absent for a guest. */
  accountId?: string;
}

/** Reads a cookie by name, from a request or from Next. */
export type ReadCookie = (name: string) => string | undefined;

export async function shopperOf(cookie: ReadCookie): Promise<Shopper | undefined> {
  const session = await sessionIn(cookie);
  return session && { shopperId: session.userId };
}

/**
 * The shopper by the signature alone, without a check for revocation, so that it also works while the
 * database is down. Only for data that the browser keeps itself. Never show stored data for it.
 */
export function sealedShopper(cookie: ReadCookie): string | undefined {
  return sealIn(cookie)?.userId;
}

/** The session in these cookies. Undefined if an operator has revoked it. */
async function sessionIn(cookie: ReadCookie): Promise<Session | undefined> {
  const session = sealIn(cookie);
  return session && !(await isRevoked(session.userId)) ? session : undefined;
}

/**
 * Over TLS, another host of the domain can set a cookie of the name without the prefix, so that a new
 * shopper would share an attacker's session. The shop never issued a cookie with an issue time under that
 * name over TLS, so only older ones without a time are accepted there.
 */
function sealIn(cookie: ReadCookie): Session | undefined {
  const prefixed = cookie(hostCookie);
  const session = openSeal(prefixed ?? cookie(sessionCookie));
  const mayBeAnothers = prefixed === undefined && isSecure() && session?.issuedAtSeconds !== 0;
  return mayBeAnothers ? undefined : session;
}

/**
 * The shopper of these cookies, or a new one. `set` is the cookie to set. It is missing if the cookie sent
 * is recent and has the right name.
 */
async function shopperOrNew(
  cookie: ReadCookie,
): Promise<{ shopper: Shopper; set?: { name: string; value: string } }> {
  const name = isSecure() ? hostCookie : sessionCookie;
  const known = await sessionIn(cookie);
  const shopper: Shopper = { shopperId: known?.userId ?? randomUUID() };
  const isRecent = known !== undefined && nowSeconds() - known.issuedAtSeconds < reissueAfterSeconds;
  if (isRecent && cookie(name) !== undefined) return { shopper };
  return { shopper, set: { name, value: sealSession(shopper.shopperId) } };
}

const cookiesOf = (request: Request) => readCookies(request.headers.get('cookie'));

/** Reads a `Cookie` header. If a name occurs twice, the last one counts, as in Next. */
export function readCookies(header: string | null | undefined): ReadCookie {
  const pairs = (header ?? '').split(';');
  return (name) => {
    let value: string | undefined;
    for (const pair of pairs) {
      const at = pair.indexOf('=');
      if (at > 0 && pair.slice(0, at).trim() === name) value = pair.slice(at + 1).trim();
    }
    return value;
  };
}

/** The shopper of a request, or undefined. */
export async function sessionOf(request: Request): Promise<Shopper | undefined> {
  return shopperOf(cookiesOf(request));
}

/** `sealedShopper` for a request. */
export function sealedShopperOf(request: Request): string | undefined {
  return sealedShopper(cookiesOf(request));
}

/** The shopper of a request. Throws `session_required`. */
export async function requireSession(request: Request): Promise<Shopper> {
  const shopper = await sessionOf(request);
  if (shopper) return shopper;
  throw new AppError('session_required', {
    detail:
      'This needs the session cookie that the shop sets with your cart. Get /api/cart first and send its cookie.',
  });
}

/** The shopper of a request, or a new one, with a `Set-Cookie` header if one is needed. */
export async function sessionOrNew(
  request: Request,
): Promise<{ shopper: Shopper; headers: Record<string, string> }> {
  const { shopper, set } = await shopperOrNew(cookiesOf(request));
  return { shopper, headers: set ? { 'set-cookie': serialize(set) } : {} };
}

/** The same for a form of the shop's pages, whose scripts also need the marker: all cookies to set. */
export async function shopperOfForm(request: Request): Promise<{ shopper: Shopper; cookies: string[] }> {
  const cookie = cookiesOf(request);
  const { shopper, set } = await shopperOrNew(cookie);
  const marker = cookie(cartMarkerCookie) ? [] : [serialize({ name: cartMarkerCookie, value: '1' })];
  return { shopper, cookies: [...(set ? [serialize(set)] : []), ...marker] };
}

/** A `Set-Cookie` header. Scripts may read the marker and no other cookie. */
function serialize({ name, value }: { name: string; value: string }): string {
  const hidden = name === cartMarkerCookie ? '' : ' HttpOnly;';
  const secure = isSecure() ? '; Secure' : '';
  return `${name}=${value}; Path=/; Max-Age=${sessionMaxAgeSeconds};${hidden} SameSite=Lax${secure}`;
}
