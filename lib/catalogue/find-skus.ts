import { db } from '#lib/db.ts';

export interface SkuDetails {
  sku: string;
  /** Of the product it is a variant of. */
  slug: string;
  /** Path of a square picture on this site. */
  image: string;
  /** Units in stock when this was read. */
  available: number;
}

/** What a line of a cart or an order shows beside its text, by sku; a sku we no longer have is absent. */
export async function findSkus(skus: string[]): Promise<Map<string, SkuDetails>> {
  if (skus.length === 0) return new Map();
  const rows = await db().$queryRaw<SkuDetails[]>`
    SELECT variant.sku, product.slug, product.image, COALESCE(stock.available, 0) AS available
    FROM variant
    JOIN product ON product.id = variant.product_id
    LEFT JOIN stock ON stock.sku = variant.sku
    WHERE variant.sku = ANY(${skus})`;
  return new Map(rows.map((row) => [row.sku, row]));
}
