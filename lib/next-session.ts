import { randomUUID } from 'node:crypto';
import { cookies } from 'next/headers';
import { cartMarkerCookie } from '#lib/cart/marker.ts';
import { openSession, sealSession, sessionCookie, sessionCookieOptions } from '#lib/session.ts';

/** The session for pages and the handlers of their forms: the one file of `lib` that knows Next. */

/** The shopper who asks for this page, or undefined. Reading it makes the page dynamic. */
export async function currentShopper(): Promise<string | undefined> {
  return openSession((await cookies()).get(sessionCookie)?.value);
}

/**
 * The shopper who sent this form; a new one, whose cookie goes out with the answer, for a first
 * visit. Only in route handlers: a page that is being rendered can set no cookie.
 */
export async function shopperForWrite(): Promise<string> {
  const jar = await cookies();
  const known = openSession(jar.get(sessionCookie)?.value);
  const userId = known ?? randomUUID();
  const options = sessionCookieOptions();
  if (!known) jar.set(sessionCookie, sealSession(userId), options);
  if (!jar.has(cartMarkerCookie)) jar.set(cartMarkerCookie, '1', { ...options, httpOnly: false });
  return userId;
}
