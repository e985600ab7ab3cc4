import { readCart } from '#lib/cart/get-cart.ts';
import { keepRemovals } from '#lib/cart/removals.ts';
import type { Cart } from '#lib/cart/schema.ts';
import { lockOpenCart, refuseTooMuch } from '#lib/cart/set-cart-line.ts';
import { db } from '#lib/platform/database/db.ts';

interface Line {
  sku: string;
  title: string;
  quantity: number;
}

/**
 * Puts lines back into the open cart, such as those of an order that failed. An existing line is raised to
 * the quantity and never added to, so a repeat changes nothing. Items that the shop no longer sells are
 * reported as removals of the cart. Throws `cart_limit`.
 */
export async function restoreLines({ userId, lines }: { userId: string; lines: Line[] }): Promise<Cart> {
  return db().$transaction(async (tx) => {
    const cart = await lockOpenCart(tx, userId);
    const skus = lines.map(({ sku }) => sku);
    const sold = await tx.$queryRaw<
      { sku: string }[]
    >`SELECT sku FROM variant WHERE sku = ANY(${skus}) AND currency = ${cart.currency}`;
    const known = new Set(sold.map(({ sku }) => sku));
    const gone = lines.filter(({ sku }) => !known.has(sku));
    if (gone.length > 0) await keepRemovals(tx, { userId, cartId: cart.id, lines: gone });
    const changed = await tx.$executeRaw`
      INSERT INTO cart_line AS line (user_id, cart_id, sku, quantity, title)
      SELECT ${userId}::uuid, ${cart.id}::uuid, wanted.sku, wanted.quantity,
             line_title(product.title, variant.title)
      FROM unnest(${skus}::text[], ${lines.map(({ quantity }) => quantity)}::int[]) AS wanted (sku, quantity)
      JOIN variant ON variant.sku = wanted.sku AND variant.currency = ${cart.currency}
      JOIN product ON product.id = variant.product_id
      ON CONFLICT (user_id, cart_id, sku) DO UPDATE SET quantity = EXCLUDED.quantity, title = EXCLUDED.title
      WHERE line.quantity < EXCLUDED.quantity`;
    if (changed === 0) return readCart(tx, userId, cart);
    await tx.$executeRaw`
      UPDATE cart SET version = version + 1, updated_at = now()
      WHERE user_id = ${userId}::uuid AND id = ${cart.id}::uuid`;
    const restored = await readCart(tx, userId, { ...cart, version: cart.version + 1 });
    refuseTooMuch(restored);
    return restored;
  });
}
