import { getCart } from '#lib/cart/get-cart.ts';
import { type Cart, maxLineQuantity } from '#lib/cart/schema.ts';
import { setCartLine } from '#lib/cart/set-cart-line.ts';
import { AppError } from '#lib/errors.ts';

/** How often an addition that lost a race against another edit is made again. */
const maxTries = 5;

/**
 * Adds to a line what the "Add to cart" button says, up to the most that a line may hold.
 * Throws what `setCartLine` throws.
 */
export async function addToCart({
  userId,
  sku,
  quantity,
}: {
  userId: string;
  sku: string;
  quantity: number;
}): Promise<Cart> {
  for (let tries = 1; ; tries += 1) {
    const cart = await getCart({ userId });
    const before = cart.lines.find((line) => line.sku === sku)?.quantity ?? 0;
    try {
      return await setCartLine({
        userId,
        sku,
        quantity: Math.min(before + quantity, maxLineQuantity),
        ifVersion: cart.version,
      });
    } catch (error) {
      const raced = error instanceof AppError && error.code === 'precondition_failed';
      if (!raced || tries === maxTries) throw error;
    }
  }
}
