import { maxCartLines, maxLineQuantity } from '#lib/cart/cart-limits.ts';

/** Says why an edit of the cart was refused. The keys also appear in URLs. */
export const cartProblems = {
  input: `Choose what you want and a whole number from 1 to ${maxLineQuantity}. Nothing was changed.`,
  changed:
    'Your cart was changed in another window, so this last change was not saved. You see the cart as it is now.',
  gone: 'The shop does not sell this any more. Nothing was changed.',
  limit: `One order cannot hold this much: a cart takes up to ${maxCartLines} different products and a limited total. Nothing was changed.`,
  unavailable: 'The shop cannot be reached for a moment. Your cart is unchanged. Please try again.',
  busy: 'Too many new carts came from your network in a short time. Nothing was changed; please try again in a minute.',
  failed: 'Something went wrong on our side. Please look at your cart, and try again.',
};

export type CartProblem = keyof typeof cartProblems;

/** Returns the sentence for a key from a URL, which anyone can write. */
export function problemIn(key: unknown): string | undefined {
  return typeof key === 'string' && Object.hasOwn(cartProblems, key)
    ? cartProblems[key as CartProblem]
    : undefined;
}
