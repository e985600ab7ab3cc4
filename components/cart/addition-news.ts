import type { CartState } from '#components/cart/cart-events.ts';
import { maxLineQuantity } from '#lib/cart/schema.ts';

/** What came of "Add to cart". */
export interface Addition {
  title: string;
  /** Units that the shopper wanted to add. */
  asked: number;
  /** Units that were added. */
  added: number;
  /** Units of it in the cart now. */
  quantity: number;
  /** Units in stock, as far as the page knows. */
  available: number;
}

/** The same as the shop answers a script, with the cart as it is after it. */
export type AddAnswer = Addition & { cart: CartState };

interface News {
  tone: 'good' | 'caution';
  title: string;
  text?: string;
}

/** Says what is in the cart now, and why it is less than was asked for. */
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
