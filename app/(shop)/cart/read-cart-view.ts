import type { CartView } from '#components/cart/cart-state.ts';
import { getCartToShow } from '#lib/cart/get-cart.ts';
import { findVariants } from '#lib/catalogue/find-variants.ts';

/** Reads the open cart with pictures and current stock, as the cart page shows it. */
export async function readCartView(userId: string): Promise<CartView> {
  const { id, version, currency, lines, removed = [] } = await getCartToShow({ userId });
  const variants = await findVariants(lines.map((line) => line.sku));
  return {
    id,
    version,
    currency,
    removed,
    lines: lines.map((line) => {
      const { slug, image, available = 0 } = variants.get(line.sku) ?? {};
      return { ...line, slug, image, available };
    }),
  };
}
