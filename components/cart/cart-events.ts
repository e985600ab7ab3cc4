/** The event that tells the header how many things are in the cart after an edit. */
const cartCountEvent = 'once:cart-count';

/** Says how many things the cart holds now: the sum of its quantities. */
export function announceCartCount(count: number): void {
  window.dispatchEvent(new CustomEvent<number>(cartCountEvent, { detail: count }));
}

/** Calls back at each announcement, until the returned function is called. */
export function onCartCount(listener: (count: number) => void): () => void {
  const handle = (event: Event) => listener((event as CustomEvent<number>).detail);
  window.addEventListener(cartCountEvent, handle);
  return () => window.removeEventListener(cartCountEvent, handle);
}
