import type { CartState } from '#components/cart/cart-events.ts';

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
    return response.ok ? ((await response.json()) as CartState | null) : undefined;
  } catch {
    return undefined;
  }
}
