import { createHash } from 'node:crypto';
import type { Cart } from '#lib/cart/schema.ts';
import { db, type Tx } from '#lib/db.ts';
import { Prisma } from '#lib/generated/prisma/client.ts';
import { storeCurrency } from '#lib/money.ts';
import { uuid8From } from '#lib/uuid.ts';

interface CartRow {
  id: string;
  version: number;
  status: 'open' | 'ordered';
  currency: string;
}

type Line = Omit<Cart['lines'][number], 'lineTotalMinor'>;

/** A line's title: the product's, and the variant's where the product comes in more than one. */
const lineTitleSql = Prisma.sql`line_title(product.title, variant.title)`;

/** The shopper's open cart; an empty one that isn't stored yet when they have none. */
export async function getCart({ userId }: { userId: string }): Promise<Cart> {
  const latest = await latestCart(db(), userId);
  if (latest?.status !== 'open') return emptyCart(userId, latest?.id);
  return readCart(db(), userId, latest);
}

/** The newest cart of a shopper, open or ordered. */
export async function latestCart(tx: Tx, userId: string): Promise<CartRow | undefined> {
  const [row] = await tx.$queryRaw<CartRow[]>`
    SELECT id, version, status, currency FROM cart WHERE user_id = ${userId}::uuid
    ORDER BY status = 'open' DESC, created_at DESC, id LIMIT 1`;
  return row;
}

/** A stored cart with its lines, oldest line first, at the catalogue's prices of now. */
export async function readCart(tx: Tx, userId: string, cart: CartRow): Promise<Cart> {
  const lines = await tx.$queryRaw<Line[]>`
    SELECT line.sku, ${lineTitleSql} AS title, line.quantity, variant.price_minor AS "unitPriceMinor"
    FROM cart_line line
    JOIN variant ON variant.sku = line.sku
    JOIN product ON product.id = variant.product_id
    WHERE line.user_id = ${userId}::uuid AND line.cart_id = ${cart.id}::uuid
    ORDER BY line.added_at, line.sku`;
  return toCart(cart, lines);
}

/**
 * The cart a shopper gets with their next first line. Its id follows from their last cart, so
 * looking at an empty cart writes nothing, and two tabs that add a first line meet in one cart.
 */
export function emptyCart(userId: string, lastCartId: string | undefined): Cart {
  const hash = createHash('sha256')
    .update(`once.cart.v1|${userId}|${lastCartId ?? ''}`)
    .digest();
  return toCart({ id: uuid8From(hash), version: 1, currency: storeCurrency }, []);
}

function toCart({ id, version, currency }: Omit<CartRow, 'status'>, read: Line[]): Cart {
  const lines = read.map((line) => ({ ...line, lineTotalMinor: line.quantity * line.unitPriceMinor }));
  const subtotalMinor = lines.reduce((sum, line) => sum + line.lineTotalMinor, 0);
  return { id, version, currency, lines, subtotalMinor };
}
