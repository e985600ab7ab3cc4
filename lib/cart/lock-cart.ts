import type { Tx } from '#lib/platform/database/db.ts';

export interface LockedCart {
  id: string;
  version: number;
  status: 'open';
  currency: string;
}

/**
 * Locks the shopper's open cart until the transaction ends, against the order writer too. Undefined when there
 * is none. A cart follows the shop's currency: after the owner has changed it, the cart gets a new version,
 * because its total changes.
 */
export async function lockCart(tx: Tx, userId: string): Promise<LockedCart | undefined> {
  const [row] = await tx.$queryRaw<(LockedCart & { shopCurrency: string })[]>`
    SELECT cart.id, cart.version, cart.status, cart.currency, shop.currency AS "shopCurrency"
    FROM cart CROSS JOIN shop
    WHERE cart.user_id = ${userId}::uuid AND cart.status = 'open' FOR UPDATE OF cart`;
  if (!row) return undefined;
  const { shopCurrency, ...cart } = row;
  if (cart.currency === shopCurrency) return cart;
  await tx.$executeRaw`
    UPDATE cart SET currency = ${shopCurrency}, version = version + 1, updated_at = now()
    WHERE user_id = ${userId}::uuid AND id = ${cart.id}::uuid`;
  return { ...cart, currency: shopCurrency, version: cart.version + 1 };
}
