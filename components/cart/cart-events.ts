/** Which cart the shopper has, and how many items are in it. */
export interface CartState {
  id: string;
  version: number;
  count: number;
}

/** Within this page: what an edit showed, before the shop has answered it, or after. */
const countEvent = 'once:cart-count';
/** Within this page: what the shop says of the cart. */
const stateEvent = 'once:cart-state';
/** To the shop's other tabs in this browser: the cart was edited. */
const channelName = 'once-cart';

/** Shows a count in the header. */
export function announceCartCount(count: number): void {
  dispatch(countEvent, count);
}

/** Passes on what the shop has said of the cart: to this page, and that it changed to other tabs. */
export function announceCartEdit(state: CartState): void {
  dispatch(stateEvent, state);
  const channel = openChannel();
  channel?.postMessage('edited');
  channel?.close();
}

/** Passes on what the shop has answered to this page's question. */
export function announceCartState(state: CartState): void {
  dispatch(stateEvent, state);
}

export const onCartCount = (listener: (count: number) => void) => listen(countEvent, listener);
export const onCartState = (listener: (state: CartState) => void) => listen(stateEvent, listener);

/** Calls back when another tab has edited the cart, until the returned function is called. */
export function onEditElsewhere(listener: () => void): () => void {
  const channel = openChannel();
  channel?.addEventListener('message', listener);
  return () => channel?.close();
}

/** Browsers without it, or that keep it from this page, learn of other tabs when they are looked at. */
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
