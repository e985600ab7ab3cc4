import { createHash } from 'node:crypto';
import { removeGoneLines, takeRemovals } from '#lib/cart/removals.ts';
import type { Cart } from '#lib/cart/schema.ts';
import { Prisma } from '#lib/generated/prisma/client.ts';
import { sql, type Tx } from '#lib/platform/database/db.ts';
import { uuid8From } from '#lib/platform/text/uuid.ts';
import { currentRules } from '#lib/pricing/current-rules.ts';

interface CartRow {
  id: string;
  version: number;
  status: 'open' | 'ordered';
  currency: string;
}

interface LatestCart extends CartRow {
  /** Lines were removed, and the shopper has not been informed yet. */
  hasRemovals: boolean;
}

type Line = Omit<Cart['lines'][number], 'lineTotalMinor'>;

/** A line's title: the product's title, plus the variant's when the product has more than one. */
const lineTitleSql = Prisma.sql`line_title(product.title, variant.title)`;

/** The shopper's open cart. When they have none, an empty one that isn't stored yet. */
export async function getCart({ userId }: { userId: string }): Promise<Cart> {
  return (await openCart(userId)).cart;
}

/**
 * The open cart for a page or a client, with the lines that were removed because the shop no longer sells
 * them. Each removal is reported once.
 */
export async function getCartToShow({ userId }: { userId: string }): Promise<Cart> {
  const { cart, hasRemovals } = await openCart(userId);
  if (!hasRemovals) return cart;
  const removed = await takeRemovals({ userId, cartId: cart.id });
  return removed.length > 0 ? { ...cart, removed } : cart;
}

async function openCart(userId: string): Promise<{ cart: Cart; hasRemovals: boolean }> {
  const latest = await latestCart(sql(), userId);
  if (latest?.status !== 'open') return { cart: await emptyCart(userId, latest?.id), hasRemovals: false };
  const { cart, hasGoneLines } = await readLines(sql(), userId, latest);
  if (!hasGoneLines) return { cart, hasRemovals: latest.hasRemovals };
  await removeGoneLines({ userId });
  // A line that the shop stopped selling meanwhile is left out here, and removed by the next read.
  const after = await latestCart(sql(), userId);
  if (after?.status !== 'open') return { cart: await emptyCart(userId, after?.id), hasRemovals: false };
  return { cart: await readCart(sql(), userId, after), hasRemovals: after.hasRemovals };
}

/** The shopper's open cart, or else their newest ordered one. */
export async function latestCart(tx: Tx, userId: string): Promise<LatestCart | undefined> {
  const [row] = await tx.$queryRaw<LatestCart[]>`
    SELECT id, version, status, currency,
           EXISTS (SELECT FROM cart_removal removal
                   WHERE removal.user_id = cart.user_id AND removal.cart_id = cart.id) AS "hasRemovals"
    FROM cart WHERE user_id = ${userId}::uuid
    ORDER BY status = 'open' DESC, created_at DESC, id LIMIT 1`;
  return row;
}

/** A stored cart with its lines, oldest line first, at the catalogue's current prices. */
export async function readCart(tx: Tx, userId: string, cart: CartRow): Promise<Cart> {
  return (await readLines(tx, userId, cart)).cart;
}

async function readLines(tx: Tx, userId: string, cart: CartRow) {
  const rows = await tx.$queryRaw<(Omit<Line, 'unitPriceMinor'> & { unitPriceMinor: number | null })[]>`
    SELECT line.sku, ${lineTitleSql} AS title, line.quantity, variant.price_minor AS "unitPriceMinor"
    FROM cart_line line
    LEFT JOIN variant ON variant.sku = line.sku AND variant.currency = ${cart.currency}
    LEFT JOIN product ON product.id = variant.product_id
    WHERE line.user_id = ${userId}::uuid AND line.cart_id = ${cart.id}::uuid
    ORDER BY line.added_at, line.sku`;
  // Without a price the variant is gone or now priced in another currency.
  const lines = rows.filter((row): row is Line => row.unitPriceMinor !== null);
  return { cart: toCart(cart, lines), hasGoneLines: lines.length < rows.length };
}

/** The cart that the shopper's next first line creates. */
async function emptyCart(userId: string, lastCartId: string | undefined): Promise<Cart> {
  const { currency } = await currentRules();
  return toCart({ id: nextCartId(userId, lastCartId), version: 1, currency }, []);
}

/**
 * The id of the shopper's next cart. It follows from their last cart. So reading an empty cart writes nothing,
 * and two tabs that add a first line share one cart.
 */
export function nextCartId(userId: string, lastCartId: string | undefined): string {
  const hash = createHash('sha256')
    .update(`once.cart.v1|${userId}|${lastCartId ?? ''}`)
    .digest();
  return uuid8From(hash);
}

function toCart({ id, version, currency }: Omit<CartRow, 'status'>, read: Line[]): Cart {
  const lines = read.map((line) => ({ ...line, lineTotalMinor: line.quantity * line.unitPriceMinor }));
  const subtotalMinor = lines.reduce((sum, line) => sum + line.lineTotalMinor, 0);
  return { id, version, currency, lines, subtotalMinor };
}
