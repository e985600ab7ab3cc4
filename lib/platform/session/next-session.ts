import { cookies } from 'next/headers';
import { cartMarkerCookie } from '#lib/platform/session/marker.ts';
import {
  type Shopper,
  sealedShopper,
  sessionCookieOptions,
  shopperOf,
  shopperOrNew,
} from '#lib/platform/session/session.ts';

/** The session, for pages and the handlers of their forms. The only file of `lib` that imports Next. */

/** The shopper who requests this page, or undefined. Reading the cookie makes the page dynamic. */
export async function currentShopper(): Promise<Shopper | undefined> {
  const jar = await cookies();
  return shopperOf((name) => jar.get(name)?.value);
}

/** The shopper whose draft this browser may show: see `sealedShopper`. */
export async function draftOwner(): Promise<string | undefined> {
  const jar = await cookies();
  return sealedShopper((name) => jar.get(name)?.value);
}

/**
 * The shopper who sent this form. On a first visit, a new one, whose cookie is set in the response. Only
 * for route handlers: a page cannot set cookies while it renders.
 */
export async function shopperForWrite(): Promise<Shopper> {
  const jar = await cookies();
  const { shopper, set } = await shopperOrNew((name) => jar.get(name)?.value);
  const options = sessionCookieOptions();
  if (set) jar.set(set.name, set.value, options);
  if (!jar.has(cartMarkerCookie)) jar.set(cartMarkerCookie, '1', { ...options, httpOnly: false });
  return shopper;
}
