import { readCart } from '#lib/cart/get-cart.ts';
import type { LockedCart } from '#lib/cart/lock-cart.ts';
import { keepRemovals } from '#lib/cart/removals.ts';
import type { Cart } from '#lib/cart/schema.ts';
import { lockOpenCart, refuseTooMuch } from '#lib/cart/set-cart-line.ts';
import { db, type Tx } from '#lib/platform/database/db.ts';

interface Line {
  sku: string;
  title: string;
  quantity: number;
}

interface BoughtAgain {
  /** Whether any of the items is in the cart now. */
  isAdded: boolean;
  /** The SKUs of which fewer units are in stock than the order had, possibly none. */
  short: string[];
  /** Whether the shop no longer sells one of the items. The cart reports it as removed. */
  isOneGone: boolean;
}

/**
 * Puts the items of an earlier order into the open cart, at today's prices and up to the units in stock. An
 * existing line is raised to that quantity and never added to, so a repeat changes nothing. Items that the shop
 * no longer sells are reported as removals of the cart. Throws `cart_limit`.
 */
export async function buyAgain({ userId, lines }: { userId: string; lines: Line[] }): Promise<BoughtAgain> {
  return db().$transaction(async (tx) => {
    const open = await lockOpenCart(tx, userId);
    const sold = await tx.$queryRaw<{ sku: string; available: number }[]>`
      SELECT variant.sku, coalesce(stock.available, 0) AS available
      FROM variant LEFT JOIN stock ON stock.sku = variant.sku
      WHERE variant.sku = ANY(${lines.map(({ sku }) => sku)}) AND variant.currency = ${open.currency}`;
    const available = new Map(sold.map((variant) => [variant.sku, variant.available]));
    const gone = lines.filter(({ sku }) => !available.has(sku));
    if (gone.length > 0) await keepRemovals(tx, { userId, cartId: open.id, lines: gone });
    const wanted = lines
      .map(({ sku, quantity }) => ({ sku, quantity: Math.min(quantity, available.get(sku) ?? 0) }))
      .filter(({ quantity }) => quantity > 0);
    const short = lines.filter(({ sku, quantity }) => (available.get(sku) ?? quantity) < quantity);
    const cart = await raiseLines(tx, { userId, cart: open, lines: wanted });
    return {
      isAdded: wanted.some(({ sku }) => cart.lines.some((line) => line.sku === sku)),
      short: short.map(({ sku }) => sku),
      isOneGone: gone.length > 0,
    };
  });
}

async function raiseLines(
  tx: Tx,
  { userId, cart, lines }: { userId: string; cart: LockedCart; lines: Pick<Line, 'sku' | 'quantity'>[] },
): Promise<Cart> {
  const changed = await tx.$executeRaw`
    INSERT INTO cart_line AS line (user_id, cart_id, sku, quantity, title)
    SELECT ${userId}::uuid, ${cart.id}::uuid, wanted.sku, wanted.quantity,
           line_title(product.title, variant.title)
    FROM unnest(${lines.map(({ sku }) => sku)}::text[], ${lines.map(({ quantity }) => quantity)}::int[])
      AS wanted (sku, quantity)
    JOIN variant ON variant.sku = wanted.sku AND variant.currency = ${cart.currency}
    JOIN product ON product.id = variant.product_id
    ON CONFLICT (user_id, cart_id, sku) DO UPDATE SET quantity = EXCLUDED.quantity, title = EXCLUDED.title
    WHERE line.quantity < EXCLUDED.quantity`;
  if (changed === 0) return readCart(tx, userId, cart);
  await tx.$executeRaw`
    UPDATE cart SET version = version + 1, updated_at = now()
    WHERE user_id = ${userId}::uuid AND id = ${cart.id}::uuid`;
  const raised = await readCart(tx, userId, { ...cart, version: cart.version + 1 });
  refuseTooMuch(raised);
  return raised;
}
