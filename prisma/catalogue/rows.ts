import { createHash } from 'node:crypto';
import { uuid8From } from '#lib/platform/text/uuid.ts';
import { care } from '#prisma/catalogue/care.ts';
import { desk } from '#prisma/catalogue/desk.ts';
import { kitchen } from '#prisma/catalogue/kitchen.ts';
import { light } from '#prisma/catalogue/light.ts';
import { outdoors } from '#prisma/catalogue/outdoors.ts';
import { textiles } from '#prisma/catalogue/textiles.ts';
import type { CategorySeed, ProductSeed, VariantSeed } from '#prisma/catalogue/types.ts';

/** The shop's categories, in the order of its menu. */
export const categories: CategorySeed[] = [kitchen, desk, textiles, light, outdoors, care];

/** A product as the database stores it. Its variants keep their listed order. */
export interface ProductRow extends Omit<ProductSeed, 'variants'> {
  id: string;
  category: string;
  image: string;
  position: number;
  variants: VariantRow[];
}

export interface VariantRow extends Omit<VariantSeed, 'picture'> {
  /** The address of its own picture. */
  image?: string | undefined;
}

/** Gives the same id in every database, so that a second seed finds the rows of the first. */
export function productId(slug: string): string {
  return uuid8From(createHash('sha256').update(`once.product.v1|${slug}`).digest());
}

/**
 * The curated products in featured order: one of each category, then the next of each. So the first rows of a
 * page show the range of the shop.
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
    variants: product.variants.map(({ picture, ...variant }) => ({
      ...variant,
      image: picture && `/products/${product.slug}-${picture}.svg`,
    })),
  }));
}
