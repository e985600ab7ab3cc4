import { maxLineQuantity } from '#lib/cart/cart-limits.ts';
import { getCart } from '#lib/cart/get-cart.ts';
import type { Cart } from '#lib/cart/schema.ts';
import { noSuchSku, setCartLine } from '#lib/cart/set-cart-line.ts';
import { findVariants } from '#lib/catalogue/find-variants.ts';
import { AppError } from '#lib/platform/errors.ts';

/** How often an addition is tried when other edits change the cart first. */
const maxTries = 5;

/** The result of adding to a line. */
export interface Addition {
  cart: Cart;
  title: string;
  /** Units added: fewer than requested when the stock or the line's maximum limits them. */
  added: number;
  /** Units in the cart now. */
  quantity: number;
  /** Units in stock when this was read. */
  available: number;
}

/**
 * Adds the button's quantity to a line, up to the stock and the maximum of a line. The page with the button
 * can be older than the last sale, so the stock is read here. Never lowers a line. Throws what `setCartLine`
 * throws.
 */
export async function addToCart({
  userId,
  sku,
  quantity,
  network,
}: {
  userId: string;
  sku: string;
  quantity: number;
  /** The client's network, as in `setCartLine`. */
  network?: string | undefined;
}): Promise<Addition> {
  const variant = (await findVariants([sku])).get(sku);
  if (!variant) throw noSuchSku(sku);
  const { title, available } = variant;
  for (let tries = 1; ; tries += 1) {
    const cart = await getCart({ userId });
    const before = cart.lines.find((line) => line.sku === sku)?.quantity ?? 0;
    const most = Math.min(available, maxLineQuantity);
    const after = Math.max(before, Math.min(before + quantity, most));
    const addition = { title, added: after - before, quantity: after, available };
    if (after === before) return { cart, ...addition };
    try {
      return {
        cart: await setCartLine({ userId, sku, quantity: after, ifVersion: cart.version, network }),
        ...addition,
      };
    } catch (error) {
      const raced = error instanceof AppError && error.code === 'precondition_failed';
      if (!raced || tries === maxTries) throw error;
    }
  }
}
