import { unstable_cache } from 'next/cache';
import { listCategories } from '#lib/catalogue/list-categories.ts';
import type { Category } from '#lib/catalogue/schema.ts';
import { catalogueTag } from '#lib/catalogue/tags.ts';
import { env } from '#lib/platform/env.ts';
import { logger } from '#lib/platform/logger.ts';
import { currentRules } from '#lib/pricing/current-rules.ts';
import { type DeliveryFacts, deliveryFactsOf } from '#lib/pricing/delivery-facts.ts';

interface CachedFacts {
  categories: Category[];
  delivery?: DeliveryFacts;
}

interface SiteFacts extends CachedFacts {
  /** The email address for shoppers; undefined if the shop has none. */
  contact: string | undefined;
}

// Every page shows them. The cache saves a query for each personal page (cart, checkout), and its lifetime
// limits that of the pages that are rendered once for everyone.
const cachedFacts = unstable_cache(
  async (): Promise<CachedFacts> => {
    // Together: while no connection is free, each of them waits for one as long as it may.
    const [categories, rules] = await Promise.all([listCategories(), currentRules()]);
    return { categories, delivery: deliveryFactsOf(rules) };
  },
  ['site-facts'],
  { revalidate: 60, tags: [catalogueTag] },
);

/**
 * The categories for the header, the shipping prices and the contact address for the footer. Without categories
 * and prices when they can't be read: a page that still works, such as the error page, is better without a menu
 * than not shown.
 */
export async function siteFacts(): Promise<SiteFacts> {
  const contact = env().CONTACT_EMAIL;
  try {
    return { ...(await cachedFacts()), contact };
  } catch (error) {
    logger().warn({ err: error }, 'the site is shown without categories and shipping prices');
    return { categories: [], contact };
  }
}
