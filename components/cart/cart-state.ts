import type { Cart, CartRemoval } from '#lib/cart/schema.ts';

/** A line of the cart with what the page shows around it. */
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
  /** What the shop has removed because it no longer sells it: told once. */
  removed: CartRemoval[];
}

export interface LineEdit {
  sku: string;
  /** 0 removes the line. */
  quantity: number;
}

/** The cart as it will be when the edit is accepted. */
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

/** What the units that are in stock cost: only they can be ordered, so only they count for free shipping. */
export const orderableSubtotalOf = ({ lines }: CartView): number =>
  lines.reduce((sum, line) => sum + Math.min(line.quantity, line.available) * line.unitPriceMinor, 0);

/** Whether more is wanted of a line than there is. */
export const isShort = (line: CartLineView): boolean => line.quantity > line.available;
