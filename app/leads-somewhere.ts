import { parseCategoryView } from '#app/(shop)/category/[slug]/category-view.ts';
import { isCategoryPage, isProduct } from '#lib/catalogue/known-pages.ts';

/**
 * Limits how long a page waits for the look-up, which takes some milliseconds. A page in Next's cache
 * needs no database. A database that doesn't answer times out only after 12 s, and must not delay such
 * a page.
 */
const patienceMs = 500;

/**
 * Whether the path can lead to a page. False only for products and category pages that certainly don't
 * exist. While the database can't answer in time, the answer is true: Next may have the page in its
 * cache.
 */
export async function leadsSomewhere(path: string): Promise<boolean> {
  const [, kind, slug, ...view] = path.split('/').map(decoded);
  if (!slug) return true;
  try {
    if (kind === 'product') return view.length === 0 && (await orTrueWhenLate(isProduct(slug)));
    if (kind === 'category') return await orTrueWhenLate(isShown(slug, view));
    return true;
  } catch {
    // The page will hit the same error and report it to the shopper and the log.
    return true;
  }
}

/** Returns true when the look-up is late. The look-up continues, and its result is cached. */
async function orTrueWhenLate(lookUp: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, patienceMs, true);
  });
  return Promise.race([lookUp, late]).finally(() => clearTimeout(timer));
}

async function isShown(category: string, segments: string[]): Promise<boolean> {
  const view = parseCategoryView(segments);
  return view !== undefined && isCategoryPage(category, view.page);
}

/**
 * Decodes a path segment as the pages get it. An invalid segment is returned unchanged; no page has
 * that name.
 */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
