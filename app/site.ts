import { unstable_cache } from 'next/cache';
import { listCategories } from '#lib/catalogue/list-categories.ts';
import type { Category } from '#lib/catalogue/schema.ts';
import { catalogueTag } from '#lib/catalogue/tags.ts';
import { logger } from '#lib/platform/logger.ts';
import { currentRules } from '#lib/pricing/current-rules.ts';
import { type DeliveryFacts, deliveryFactsOf } from '#lib/pricing/delivery-facts.ts';

interface SiteFacts {
  categories: Category[];
  delivery?: DeliveryFacts;
}

// Every page shows them. The cache saves a query for each personal page (cart, checkout), and its lifetime
// limits that of the pages that are rendered once for everyone.
const cachedFacts = unstable_cache(
  async (): Promise<SiteFacts> => ({
    categories: await listCategories(),
    delivery: deliveryFactsOf(await currentRules()),
  }),
  ['site-facts'],
  { revalidate: 60, tags: [catalogueTag] },
);

/**
 * The categories for the header and the shipping prices for the footer; without them when they can't be
 * read. A page that still works, such as the error page, is better without a menu than not shown.
 */
export async function siteFacts(): Promise<SiteFacts> {
  try {
    return await cachedFacts();
  } catch (error) {
    logger().warn({ err: error }, 'the site is shown without categories and shipping prices');
    return { categories: [] };
  }
}
