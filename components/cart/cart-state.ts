import type { Cart } from '#lib/cart/schema.ts';

/** A line of the cart with what the page shows around it. */
export type CartLineView = Cart['lines'][number] & {
  /** The product's page; undefined when the catalogue no longer has it. */
  slug: string | undefined;
  image: string | undefined;
  available: number;
};

export interface CartView {
  version: number;
  currency: string;
  lines: CartLineView[];
}

export interface LineEdit {
  sku: string;
  /** 0 removes the line. */
  quantity: number;
}

/** What came of the last edit; `edit` is undefined before the first one. */
export interface CartEditState {
  /** The cart's version after it, which the next edit is made against. */
  version: number;
  edit?: LineEdit;
  /** Why it was refused. */
  problem?: string;
}

export type CartEditAction = (before: CartEditState, form: FormData) => Promise<CartEditState>;

/** The cart as it will be when the edit is accepted. */
export function withEdit(cart: CartView, { sku, quantity }: LineEdit): CartView {
  const lines = cart.lines
    .map((line) =>
      line.sku === sku ? { ...line, quantity, lineTotalMinor: quantity * line.unitPriceMinor } : line,
    )
    .filter((line) => line.quantity > 0);
  return { ...cart, lines };
}

export const countOf = ({ lines }: Pick<CartView, 'lines'>): number =>
  lines.reduce((sum, line) => sum + line.quantity, 0);

export const subtotalOf = ({ lines }: CartView): number =>
  lines.reduce((sum, line) => sum + line.lineTotalMinor, 0);

/** Whether more is wanted of a line than there is. */
export const isShort = (line: CartLineView): boolean => line.quantity > line.available;
