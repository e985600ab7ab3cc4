import { createHash } from 'node:crypto';
import { uuid8From } from '#lib/platform/uuid.ts';
import { care } from '#prisma/catalogue/care.ts';
import { desk } from '#prisma/catalogue/desk.ts';
import { kitchen } from '#prisma/catalogue/kitchen.ts';
import { light } from '#prisma/catalogue/light.ts';
import { outdoors } from '#prisma/catalogue/outdoors.ts';
import { textiles } from '#prisma/catalogue/textiles.ts';
import type { CategorySeed, ProductSeed } from '#prisma/catalogue/types.ts';

/** The shop's categories, in the order of its menu. */
export const categories: CategorySeed[] = [kitchen, desk, textiles, light, outdoors, care];

/** A product as the database keeps it; its variants keep the order they are listed in. */
export interface ProductRow extends ProductSeed {
  id: string;
  category: string;
  image: string;
  position: number;
}

/** The same id in every database, so that seeding twice finds what it made the first time. */
export function productId(slug: string): string {
  return uuid8From(createHash('sha256').update(`once.product.v1|${slug}`).digest());
}

/**
 * The products we chose, in the order they are featured: one of each category, then the next
 * of each, so that the first rows of a page show the breadth of the shop.
 */
export function curatedProducts(): ProductRow[] {
  const rounds = Math.max(...categories.map(({ products }) => products.length));
  const inTurn = Array.from({ length: rounds }, (_, round) =>
    categories.flatMap(({ slug, products }) => {
      const product = products[round];
      return product ? [{ product, category: slug }] : [];
    }),
  ).flat();
  return inTurn.map(({ product, category }, index) => ({
    ...product,
    id: productId(product.slug),
    category,
    image: `/products/${product.slug}.svg`,
    position: index + 1,
  }));
}
