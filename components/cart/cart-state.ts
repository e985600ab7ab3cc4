import type { Cart, CartRemoval } from '#lib/cart/schema.ts';

/** A line of the cart with the data that the page shows beside it. */
export type CartLineView = Cart['lines'][number] & {
  /** The product's page; undefined when the catalogue no longer has it. */
  slug: string | undefined;
  image: string | undefined;
  available: number;
};

export interface CartView {
  id: string;
  version: number;
  currency: string;
  lines: CartLineView[];
  /** Items that the shop removed because it no longer sells them; reported once. */
  removed: CartRemoval[];
}

export interface LineEdit {
  sku: string;
  /** 0 removes the line. */
  quantity: number;
}

/** Returns the cart as it will be if the server accepts the edit. */
export function withEdit(cart: CartView, { sku, quantity }: LineEdit): CartView {
  const lines = cart.lines
    .map((line) =>
      line.sku === sku ? { ...line, quantity, lineTotalMinor: quantity * line.unitPriceMinor } : line,
    )
    .filter((line) => line.quantity > 0);
  return { ...cart, lines };
}

export const countOf = ({ lines }: { lines: { quantity: number }[] }): number =>
  lines.reduce((sum, line) => sum + line.quantity, 0);

export const subtotalOf = ({ lines }: CartView): number =>
  lines.reduce((sum, line) => sum + line.lineTotalMinor, 0);

/** The cost of the units in stock. Only they can be ordered, so only they count for free shipping. */
export const orderableSubtotalOf = ({ lines }: CartView): number =>
  lines.reduce((sum, line) => sum + Math.min(line.quantity, line.available) * line.unitPriceMinor, 0);

/** Whether a line exceeds the stock. */
export const isShort = (line: CartLineView): boolean => line.quantity > line.available;
