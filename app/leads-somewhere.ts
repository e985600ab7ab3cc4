import { parseCategoryView } from '#app/category/[slug]/category-view.ts';
import { isCategoryPage, isProduct } from '#lib/catalogue/known-pages.ts';

/**
 * Whether something can be at this path. It says no only of products and pages of categories that are
 * certainly not there. While the database cannot say, the page itself is asked: Next may have it kept.
 */
export async function leadsSomewhere(path: string): Promise<boolean> {
  const [, kind, slug, ...view] = path.split('/').map(decoded);
  if (!slug) return true;
  try {
    if (kind === 'product') return view.length === 0 && (await isProduct(slug));
    if (kind === 'category') return await isShown(slug, view);
    return true;
  } catch {
    // The page meets the same fault, and says so to the shopper and the log.
    return true;
  }
}

async function isShown(category: string, segments: string[]): Promise<boolean> {
  const view = parseCategoryView(segments);
  return view !== undefined && isCategoryPage(category, view.page);
}

/** A part of a path as the pages get it; one that is broken is itself, and the name of nothing. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
