/** The cart that the shopper has, and how many items are in it. */
export interface CartState {
  id: string;
  version: number;
  count: number;
}

/** Within this page: the count that an edit shows, before or after the server's answer. */
const countEvent = 'once:cart-count';
/** Within this page: the cart's state from the server. */
const stateEvent = 'once:cart-state';
/** To other tabs of the shop in this browser: the cart was edited. */
const channelName = 'once-cart';

/** Shows a count in the header. */
export function announceCartCount(count: number): void {
  dispatch(countEvent, count);
}

/** Publishes the server's state of the cart to this page, and tells other tabs about the edit. */
export function announceCartEdit(state: CartState): void {
  dispatch(stateEvent, state);
  const channel = openChannel();
  channel?.postMessage('edited');
  channel?.close();
}

/** Publishes the server's state of the cart to this page only. */
export function announceCartState(state: CartState): void {
  dispatch(stateEvent, state);
}

export const onCartCount = (listener: (count: number) => void) => listen(countEvent, listener);
export const onCartState = (listener: (state: CartState) => void) => listen(stateEvent, listener);

/** Calls `listener` when another tab has edited the cart, until the returned function is called. */
export function onEditElsewhere(listener: () => void): () => void {
  const channel = openChannel();
  channel?.addEventListener('message', listener);
  return () => channel?.close();
}

/**
 * Undefined in a browser that lacks BroadcastChannel or blocks it. Such a page updates when it becomes
 * visible again.
 */
function openChannel(): BroadcastChannel | undefined {
  try {
    return new BroadcastChannel(channelName);
  } catch {
    return undefined;
  }
}

function dispatch<T>(name: string, detail: T): void {
  window.dispatchEvent(new CustomEvent<T>(name, { detail }));
}

function listen<T>(name: string, listener: (detail: T) => void): () => void {
  const handle = (event: Event) => listener((event as CustomEvent<T>).detail);
  window.addEventListener(name, handle);
  return () => window.removeEventListener(name, handle);
}
