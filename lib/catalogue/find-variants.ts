import { sql } from '#lib/platform/database/db.ts';

/** The fields of a variant that a cart shows besides its price. */
export interface VariantInfo {
  sku: string;
  /** The line's title: the product's, plus the variant's if there are several. */
  title: string;
  /** The product's slug. */
  slug: string;
  image: string;
  /** Units in stock when this was read. */
  available: number;
}

/** The variants with these SKUs, by SKU. SKUs that the catalogue doesn't have are not in the map. */
export async function findVariants(skus: string[]): Promise<Map<string, VariantInfo>> {
  if (skus.length === 0) return new Map();
  const rows = await sql().$queryRaw<VariantInfo[]>`
    SELECT variant.sku, line_title(product.title, variant.title) AS title, product.slug,
           coalesce(variant.image, product.image) AS image, coalesce(stock.available, 0) AS available
    FROM variant JOIN product ON product.id = variant.product_id
    LEFT JOIN stock ON stock.sku = variant.sku
    WHERE variant.sku = ANY(${skus})`;
  return new Map(rows.map((row) => [row.sku, row]));
}
