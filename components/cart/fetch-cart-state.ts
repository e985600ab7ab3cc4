import type { CartState } from '#components/cart/cart-events.ts';
import { setCartCookie } from '#components/site/cookies.ts';

const timeoutMs = 8_000;

/**
 * Fetches this browser's cart state. Null for a browser without a cart, undefined when no answer
 * arrived.
 */
export async function fetchCartState(signal?: AbortSignal): Promise<CartState | null | undefined> {
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch('/cart/state', {
      cache: 'no-store',
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    });
    if (!response.ok) return undefined;
    const state = (await response.json()) as CartState | null;
    // An API client may have begun the cart, so this browser lacks the marker cookie.
    if (state) setCartCookie();
    return state;
  } catch {
    return undefined;
  }
}
