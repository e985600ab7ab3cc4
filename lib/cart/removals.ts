import { lockCart } from '#lib/cart/lock-cart.ts';
import type { CartRemoval } from '#lib/cart/schema.ts';
import { sql, type Tx } from '#lib/platform/database/db.ts';

/**
 * Removes lines from the open cart that the shop no longer sells in the cart's currency. The cart's version
 * increases, because its total changes. The titles are kept until they are reported to the shopper.
 */
export async function removeGoneLines({ userId }: { userId: string }): Promise<void> {
  await sql().$transaction(async (tx) => {
    const cart = await lockCart(tx, userId);
    if (!cart) return;
    const removed = await tx.$executeRaw`
      WITH gone AS (
        DELETE FROM cart_line line
        WHERE line.user_id = ${userId}::uuid AND line.cart_id = ${cart.id}::uuid
          AND NOT EXISTS (SELECT FROM variant
                          WHERE variant.sku = line.sku AND variant.currency = ${cart.currency})
        RETURNING line.sku, line.title
      )
      INSERT INTO cart_removal (user_id, cart_id, sku, title)
      SELECT ${userId}::uuid, ${cart.id}::uuid, gone.sku, gone.title FROM gone
      ON CONFLICT (user_id, cart_id, sku) DO UPDATE SET title = EXCLUDED.title`;
    if (removed === 0) return;
    await tx.$executeRaw`
      UPDATE cart SET version = version + 1, updated_at = now()
      WHERE user_id = ${userId}::uuid AND id = ${cart.id}::uuid`;
  });
}

/** Keeps titles to report: items that could not be put into a cart because the shop no longer sells them. */
export async function keepRemovals(
  tx: Tx,
  { userId, cartId, lines }: { userId: string; cartId: string; lines: { sku: string; title: string }[] },
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO cart_removal (user_id, cart_id, sku, title)
    SELECT ${userId}::uuid, ${cartId}::uuid, gone.sku, gone.title
    FROM unnest(${lines.map(({ sku }) => sku)}::text[], ${lines.map(({ title }) => title)}::text[])
      AS gone (sku, title)
    ON CONFLICT (user_id, cart_id, sku) DO UPDATE SET title = EXCLUDED.title`;
}

/** Returns and deletes the unreported removals. The caller must report them: they are not returned again. */
export async function takeRemovals({
  userId,
  cartId,
}: {
  userId: string;
  cartId: string;
}): Promise<CartRemoval[]> {
  const rows = await sql().$queryRaw<{ sku: string; title: string }[]>`
    DELETE FROM cart_removal WHERE user_id = ${userId}::uuid AND cart_id = ${cartId}::uuid
    RETURNING sku, title`;
  return rows.map((row) => ({ ...row, reason: 'no_longer_sold' as const }));
}
