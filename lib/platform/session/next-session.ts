import { cookies } from 'next/headers';
import { type Shopper, shopperOf } from '#lib/platform/session/session.ts';

/** The session, for pages. The only file of `lib` that imports Next. */

/** The shopper who requests this page, or undefined. Reading the cookie makes the page dynamic. */
export async function currentShopper(): Promise<Shopper | undefined> {
  const jar = await cookies();
  return shopperOf((name) => jar.get(name)?.value);
}
