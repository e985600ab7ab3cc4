import type { Product } from '#lib/catalogue/schema.ts';
import { variantsOf } from '#lib/catalogue/select-products.ts';
import { Prisma } from '#lib/generated/prisma/client.ts';
import { db } from '#lib/platform/database/db.ts';

/** A product with all its fields, or undefined when no product has this slug. */
export async function getProduct(slug: string): Promise<Product | undefined> {
  // PostgreSQL's text cannot contain U+0000, not even in a parameter.
  if (slug.includes('\0')) return undefined;
  const [product] = await db().$queryRaw<Product[]>`
    SELECT product.slug, product.title, product.category_slug AS category, product.image,
           product.description, product.details, ${variantsOf(Prisma.sql`product.id`)} AS variants
    FROM product WHERE product.slug = ${slug}`;
  return product;
}
