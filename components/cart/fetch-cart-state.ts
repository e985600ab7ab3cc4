import type { CartState } from '#components/cart/cart-events.ts';
import { setCartCookie } from '#components/site/cookies.tsx';

const timeoutMs = 8_000;

/**
 * Asks the shop which cart this browser has. Null for a browser without one, undefined when no
 * answer came.
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
    // A cart that another program began has no mark in this browser yet.
    if (state) setCartCookie();
    return state;
  } catch {
    return undefined;
  }
}
