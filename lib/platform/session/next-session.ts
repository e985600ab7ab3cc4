import { cookies } from 'next/headers';
import { cartMarkerCookie } from '#lib/platform/session/marker.ts';
import {
  sealedShopper,
  sessionCookieOptions,
  shopperOf,
  shopperOrNew,
} from '#lib/platform/session/session.ts';

/** The session for pages and the handlers of their forms: the one file of `lib` that knows Next. */

/** The shopper who asks for this page, or undefined. Reading it makes the page dynamic. */
export async function currentShopper(): Promise<string | undefined> {
  const jar = await cookies();
  return shopperOf((name) => jar.get(name)?.value);
}

/** Whose draft this browser may show: see `sealedShopper`. */
export async function draftOwner(): Promise<string | undefined> {
  const jar = await cookies();
  return sealedShopper((name) => jar.get(name)?.value);
}

/**
 * The shopper who sent this form; a new one, whose cookie goes out with the answer, for a first
 * visit. Only in route handlers: a page that is being rendered can set no cookie.
 */
export async function shopperForWrite(): Promise<string> {
  const jar = await cookies();
  const { userId, set } = await shopperOrNew((name) => jar.get(name)?.value);
  const options = sessionCookieOptions();
  if (set) jar.set(set.name, set.value, options);
  if (!jar.has(cartMarkerCookie)) jar.set(cartMarkerCookie, '1', { ...options, httpOnly: false });
  return userId;
}
