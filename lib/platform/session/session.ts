import { randomUUID } from 'node:crypto';
import { isSecure } from '#lib/platform/env.ts';
import { AppError } from '#lib/platform/errors.ts';
import { isRevoked } from '#lib/platform/session/session-revocations.ts';
import {
  reissueAfterSeconds,
  sessionMaxAgeSeconds,
  untimedUntilSeconds,
} from '#lib/platform/session/session-times.ts';
import { sameBytes, sign, signUnderAll } from '#lib/platform/signing.ts';

/**
 * Who the shopper is: a signed cookie that carries a random user id and the time at which it was
 * issued. A guest has one from their first cart on; nothing is stored for it, so making one costs no
 * write, and checking one asks no database as a rule.
 */
export const sessionCookie = 'once_session';

/**
 * Its name over TLS. Browsers take a cookie of this name only from the shop's own host and only over
 * TLS, so another host of the same domain can't give a shopper a session of its choice.
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
  /** 0 for a cookie from before issue times. */
  issuedAtSeconds: number;
}

/** The session of a cookie's value; undefined when it is not one that we made, or its time is over. */
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
  // As text: two bits of its last letter mean nothing, and a shopper who spells their cookie in four
  // ways would be four to whoever counts by it.
  const given = Buffer.from(mac);
  const macs = signUnderAll(purposeOf, message).map((one) => Buffer.from(one.toString('base64url')));
  return macs.some((one) => sameBytes(one, given));
}

function hasEnded({ issuedAtSeconds }: Session): boolean {
  const endsAt = issuedAtSeconds === 0 ? untimedUntilSeconds : issuedAtSeconds + sessionMaxAgeSeconds;
  return nowSeconds() >= endsAt;
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

/** What names a shopper, wherever it is read from: the cookie of either name, that of TLS first. */
type ReadCookie = (name: string) => string | undefined;

export async function shopperOf(cookie: ReadCookie): Promise<string | undefined> {
  return (await sessionIn(cookie))?.userId;
}

/**
 * The same by the seal alone, without a look at what an operator has ended: also while the database is
 * away. Only for what the browser keeps itself, and nobody is shown for it.
 */
export function sealedShopper(cookie: ReadCookie): string | undefined {
  return sealIn(cookie)?.userId;
}

/** The session that these cookies name; undefined when an operator has ended it. */
async function sessionIn(cookie: ReadCookie): Promise<Session | undefined> {
  const session = sealIn(cookie);
  return session && !(await isRevoked(session.userId)) ? session : undefined;
}

/**
 * Over TLS another host of the domain can set a cookie of the name without the prefix, so that a new
 * shopper shares the session of an attacker. The shop has made none with an issue time there, so only
 * those from before are accepted under that name.
 */
function sealIn(cookie: ReadCookie): Session | undefined {
  const prefixed = cookie(hostCookie);
  const session = openSeal(prefixed ?? cookie(sessionCookie));
  const mayBeAnothers = prefixed === undefined && isSecure() && session?.issuedAtSeconds !== 0;
  return mayBeAnothers ? undefined : session;
}

/**
 * The shopper who sent these cookies, or a new one; and the cookie to set, unless the one that they
 * sent is recent and has the right name.
 */
export async function shopperOrNew(
  cookie: ReadCookie,
): Promise<{ userId: string; set?: { name: string; value: string } }> {
  const name = isSecure() ? hostCookie : sessionCookie;
  const known = await sessionIn(cookie);
  const userId = known?.userId ?? randomUUID();
  const isRecent = known !== undefined && nowSeconds() - known.issuedAtSeconds < reissueAfterSeconds;
  if (isRecent && cookie(name) !== undefined) return { userId };
  return { userId, set: { name, value: sealSession(userId) } };
}

/** Reads cookies of a request. Where a name stands twice the last one counts, as in Next. */
function cookiesOf(request: Request): ReadCookie {
  const header = request.headers.get('cookie') ?? '';
  return (name) => {
    let value: string | undefined;
    for (const pair of header.split(';')) {
      const at = pair.indexOf('=');
      if (at > 0 && pair.slice(0, at).trim() === name) value = pair.slice(at + 1).trim();
    }
    return value;
  };
}

/** The shopper of a request, or undefined. */
export async function sessionOf(request: Request): Promise<string | undefined> {
  return shopperOf(cookiesOf(request));
}

/** As `sealedShopper`, of a request. */
export function sealedShopperOf(request: Request): string | undefined {
  return sealedShopper(cookiesOf(request));
}

/** The shopper of a request. Throws `session_required`. */
export async function requireSession(request: Request): Promise<string> {
  const userId = await sessionOf(request);
  if (userId) return userId;
  throw new AppError('session_required', {
    detail:
      'This needs the session cookie that the shop sets with your cart. Get /api/cart first and send its cookie.',
  });
}

/** The shopper of a request, or a new one, with the `Set-Cookie` header where one is due. */
export async function sessionOrNew(
  request: Request,
): Promise<{ userId: string; headers: Record<string, string> }> {
  const { userId, set } = await shopperOrNew(cookiesOf(request));
  if (!set) return { userId, headers: {} };
  const { maxAge, secure } = sessionCookieOptions();
  const attributes = `Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  return { userId, headers: { 'set-cookie': `${set.name}=${set.value}; ${attributes}` } };
}
