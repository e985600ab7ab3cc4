import { unstable_cache } from 'next/cache';
import { listCategories } from '#lib/catalogue/list-categories.ts';
import type { Category } from '#lib/catalogue/schema.ts';
import { catalogueTag } from '#lib/catalogue/tags.ts';
import { logger } from '#lib/platform/logger.ts';

// Every page shows the categories. The cache saves a query for each personal page (cart, checkout).
const cachedCategories = unstable_cache(listCategories, ['site-categories'], {
  revalidate: 60,
  tags: [catalogueTag],
});

/**
 * The categories for the header; empty when they can't be read. A page that still works, such as the
 * error page, is better without a menu than not shown.
 */
export async function menuCategories(): Promise<Category[]> {
  try {
    return await cachedCategories();
  } catch (error) {
    logger().warn({ err: error }, 'the menu is shown without categories');
    return [];
  }
}
