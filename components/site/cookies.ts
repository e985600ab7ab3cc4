import { cartMarkerCookie } from '#lib/platform/session/marker.ts';

const hasCookie = (name: string) =>
  document.cookie.split('; ').some((cookie) => cookie.startsWith(`${name}=`));

/** Whether the browser has the marker cookie, which the shop sets together with the session cookie. */
export const hasCartCookie = () => hasCookie(cartMarkerCookie);

/** Sets the marker cookie for a session that has none, because an API client began it. */
export function setCartCookie(): void {
  if (!hasCartCookie()) writeCookie(cartMarkerCookie, 400 * 24 * 3_600);
}

let keptOne: boolean | undefined;

/**
 * Whether this browser keeps cookies. Tests it by setting one: `navigator.cookieEnabled` is true even
 * where cookies are blocked.
 */
export function keepsCookies(): boolean {
  keptOne ??= hasCartCookie() || tryCookie();
  return keptOne;
}

function tryCookie(): boolean {
  const name = 'once_probe';
  writeCookie(name, 60);
  const kept = hasCookie(name);
  writeCookie(name, 0);
  return kept;
}

function writeCookie(name: string, maxAgeSeconds: number): void {
  const secure = window.location.protocol === 'https:' ? '; Secure' : '';
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API answers later, and not in every browser.
  document.cookie = `${name}=1; Path=/; Max-Age=${maxAgeSeconds}; SameSite=Lax${secure}`;
}
