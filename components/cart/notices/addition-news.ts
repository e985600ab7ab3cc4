import type { CartState } from '#components/cart/cart-events.ts';
import { maxLineQuantity } from '#lib/cart/cart-limits.ts';

/** The outcome of "Add to cart". */
export interface Addition {
  title: string;
  /** Units that the shopper wanted to add. */
  asked: number;
  /** Units that were added. */
  added: number;
  /** Units of the item in the cart now. */
  quantity: number;
  /** Units in stock, as last known to the page. */
  available: number;
}

/** The same as the server's answer to a script, with the new state of the cart. */
export type AddAnswer = Addition & { cart: CartState };

interface News {
  tone: 'good' | 'caution';
  title: string;
  text?: string;
}

/** Tells what is in the cart now, and why it is less than the requested quantity. */
export function additionNews({ title, asked, added, quantity, available }: Addition): News {
  const inCart = `${quantity} ${quantity === 1 ? 'is' : 'are'} in your cart`;
  if (available <= 0) {
    return {
      tone: 'caution',
      title: `Sold out: ${title}`,
      text:
        quantity > 0 ? `${inCart}, and cannot be ordered at the moment.` : 'Nothing was added to your cart.',
    };
  }
  if (quantity > available || (added < asked && quantity === available)) {
    return { tone: 'caution', title: `Only ${available} left; ${inCart}`, text: `${title}.` };
  }
  if (added < asked) {
    return {
      tone: 'caution',
      title: `You can order up to ${maxLineQuantity} of one item; ${inCart}`,
      text: `${title}.`,
    };
  }
  return { tone: 'good', title: `In your cart: ${quantity} of ${title}` };
}
