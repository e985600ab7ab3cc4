import type { Product } from '#lib/catalogue/schema.ts';
import { variantsOf } from '#lib/catalogue/select-products.ts';
import { Prisma } from '#lib/generated/prisma/client.ts';
import { db } from '#lib/platform/database/db.ts';

/** What a variant looks like. */
interface VariantLook {
  /** Path of its picture: its own, or the product's. */
  image: string;
  /** Its colour, `#rrggbb`; null if it has none. */
  swatch: string | null;
}

/** A product with what its page shows besides: how shoppers tell its variants apart. */
export interface ProductView extends Product {
  /** In what the variants differ, such as "Colour"; empty if the owner has not said it. */
  optionName: string;
  /** By SKU. */
  looks: Record<string, VariantLook>;
}

/** A product as its page shows it, or undefined when no product has this slug. */
export async function getProductPage(slug: string): Promise<ProductView | undefined> {
  // PostgreSQL's text cannot contain U+0000, not even in a parameter.
  if (slug.includes('\0')) return undefined;
  const [product] = await db().$queryRaw<ProductView[]>`
    SELECT product.slug, product.title, product.category_slug AS category, product.image,
           product.description, product.details, product.option_name AS "optionName",
           ${variantsOf(Prisma.sql`product.id`)} AS variants,
           (SELECT coalesce(json_object_agg(sku, json_build_object(
               'image', coalesce(variant.image, product.image), 'swatch', variant.swatch)), '{}')
            FROM variant WHERE variant.product_id = product.id) AS looks
    FROM product WHERE product.slug = ${slug}`;
  return product;
}
