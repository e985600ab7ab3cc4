import { db } from '#lib/platform/database/db.ts';

/** What a cart shows of a variant besides its price. */
export interface VariantInfo {
  sku: string;
  /** The line's title: the product's, and the variant's where there are several. */
  title: string;
  /** The product's. */
  slug: string;
  image: string;
  /** Units in stock when this was read. */
  available: number;
}

/** The variants of these skus, by sku; what the catalogue doesn't have is not in the map. */
export async function findVariants(skus: string[]): Promise<Map<string, VariantInfo>> {
  if (skus.length === 0) return new Map();
  const rows = await db().$queryRaw<VariantInfo[]>`
    SELECT variant.sku, line_title(product.title, variant.title) AS title, product.slug, product.image, coalesce(stock.available, 0) AS available
    FROM variant JOIN product ON product.id = variant.product_id
    LEFT JOIN stock ON stock.sku = variant.sku
    WHERE variant.sku = ANY(${skus})`;
  return new Map(rows.map((row) => [row.sku, row]));
}
