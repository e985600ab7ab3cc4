import { unstable_cache } from 'next/cache';
import { listCategories } from '#lib/catalogue/list-categories.ts';
import type { Category } from '#lib/catalogue/schema.ts';
import { logger } from '#lib/platform/logger.ts';

// Every page shows them, so a shopper's own pages (cart, checkout) don't ask for them each time.
const cachedCategories = unstable_cache(listCategories, ['site-categories'], { revalidate: 60 });

/**
 * The categories for the header: none when they can't be read, because a page that still works,
 * such as the one that says what happened, is better off without a menu than not shown.
 */
export async function menuCategories(): Promise<Category[]> {
  try {
    return await cachedCategories();
  } catch (error) {
    logger().warn({ err: error }, 'the menu is shown without categories');
    return [];
  }
}
