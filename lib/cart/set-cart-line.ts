import { limitNewCarts } from '#lib/abuse/limit-new-carts.ts';
import { maxCartLines } from '#lib/cart/cart-limits.ts';
import { latestCart, nextCartId, readCart } from '#lib/cart/get-cart.ts';
import { lockCart } from '#lib/cart/lock-cart.ts';
import type { Cart } from '#lib/cart/schema.ts';
import { sql, type Tx } from '#lib/platform/database/db.ts';
import { AppError } from '#lib/platform/errors.ts';
import { maxTotalMinor } from '#lib/platform/money.ts';

/** The format of a SKU. Other texts are not queried: PostgreSQL could not even read some of them. */
export const skuForm = /^[\w.-]{1,64}$/;

export interface SetCartLine {
  userId: string;
  sku: string;
  /** 0 removes the line. */
  quantity: number;
  /** The cart version that the shopper saw; the edit is refused if it has changed since. */
  ifVersion?: number | undefined;
  /** The client's network: new carts are limited per network. */
  network?: string | undefined;
}

/**
 * Sets one line and returns the cart. Every real edit increases the cart's version, which invalidates all
 * submit tokens for earlier versions. Setting the current quantity again is not an edit. Throws `not_found`
 * (no such SKU, or it is sold in another currency), `precondition_failed` (with the current cart),
 * `cart_limit` and `rate_limited`.
 */
export async function setCartLine(edit: SetCartLine): Promise<Cart> {
  return sql().$transaction(async (tx) => {
    const cart = await lockOpenCart(tx, edit.userId, () => limitNewCarts(edit.network));
    if (edit.ifVersion !== undefined && edit.ifVersion !== cart.version) {
      throw new AppError('precondition_failed', {
        detail: `The cart is at version ${cart.version}, not ${edit.ifVersion}. Nothing was changed; look at the cart and edit it again.`,
        extra: { cart: await readCart(tx, edit.userId, cart) },
      });
    }
    if (!(await writeLine(tx, cart, edit))) return readCart(tx, edit.userId, cart);
    await tx.$executeRaw`
      UPDATE cart SET version = version + 1, updated_at = now()
      WHERE user_id = ${edit.userId}::uuid AND id = ${cart.id}::uuid`;
    const edited = await readCart(tx, edit.userId, { ...cart, version: cart.version + 1 });
    refuseTooMuch(edited);
    return edited;
  });
}

/**
 * Locks the open cart until the transaction ends, against the order writer too. `beforeNew` is called before
 * a new cart is stored, and may throw. Throws `precondition_failed` when the cart is ordered meanwhile.
 */
export async function lockOpenCart(tx: Tx, userId: string, beforeNew?: () => Promise<void>) {
  // The second round finds the cart that the first round or another tab created.
  for (let round = 0; round < 2; round += 1) {
    const open = await lockCart(tx, userId);
    if (open) return open;
    await beforeNew?.();
    const id = nextCartId(userId, (await latestCart(tx, userId))?.id);
    await tx.$executeRaw`
      INSERT INTO cart (user_id, id, currency) SELECT ${userId}::uuid, ${id}::uuid, currency FROM shop
      ON CONFLICT DO NOTHING`;
  }
  throw new AppError('precondition_failed', {
    detail: 'The cart was ordered while you edited it. Nothing was changed; edit your new cart.',
  });
}

/** Writes the line; returns whether it changed. */
async function writeLine(
  tx: Tx,
  { id: cartId, currency }: { id: string; currency: string },
  { userId, sku, quantity }: SetCartLine,
): Promise<boolean> {
  if (!skuForm.test(sku)) throw noSuchSku(sku);
  if (quantity === 0) {
    return (
      (await tx.$executeRaw`
        DELETE FROM cart_line
        WHERE user_id = ${userId}::uuid AND cart_id = ${cartId}::uuid AND sku = ${sku}`) > 0
    );
  }
  const [variant] = await tx.$queryRaw<{ title: string; currency: string }[]>`
    SELECT line_title(product.title, variant.title) AS title, variant.currency
    FROM variant JOIN product ON product.id = variant.product_id WHERE variant.sku = ${sku}`;
  if (!variant) throw noSuchSku(sku);
  // The owner changed the currency after the cart was locked. Adding it would give a wrong total.
  if (variant.currency !== currency) {
    throw new AppError('not_found', {
      detail: `"${variant.title}" is sold in ${variant.currency}, and your cart is in ${currency}. Nothing was changed.`,
    });
  }
  return (
    (await tx.$executeRaw`
      INSERT INTO cart_line AS line (user_id, cart_id, sku, quantity, title)
      VALUES (${userId}::uuid, ${cartId}::uuid, ${sku}, ${quantity}::int, ${variant.title})
      ON CONFLICT (user_id, cart_id, sku) DO UPDATE SET quantity = EXCLUDED.quantity, title = EXCLUDED.title
      WHERE line.quantity <> EXCLUDED.quantity`) > 0
  );
}

export function noSuchSku(sku: string): AppError {
  return new AppError('not_found', {
    detail: `There is no product with the sku "${sku.slice(0, 64)}". Nothing was changed.`,
  });
}

export function refuseTooMuch(cart: Cart): void {
  if (cart.lines.length > maxCartLines) {
    throw new AppError('cart_limit', {
      detail: `A cart holds at most ${maxCartLines} different products. Nothing was changed.`,
    });
  }
  // Half of the limit, so that shipping, tax and a later price increase still fit an order.
  if (cart.subtotalMinor > maxTotalMinor / 2) {
    throw new AppError('cart_limit', {
      detail: 'The cart would be worth more than one order may be. Nothing was changed.',
    });
  }
}
