import type { Category } from '#lib/catalogue/schema.ts';
import { db } from '#lib/platform/database/db.ts';

/** All categories in the shop's order, each with the number of its products. */
export async function listCategories(): Promise<Category[]> {
  return db().$queryRaw<Category[]>`
    SELECT category.slug, category.title, category.description, count(product.id)::int AS "productCount"
    FROM category LEFT JOIN product ON product.category_slug = category.slug
      AND EXISTS (SELECT FROM variant WHERE variant.product_id = product.id)
    GROUP BY category.slug ORDER BY category.position, category.slug`;
}
