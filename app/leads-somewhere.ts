import { parseCategoryView } from '#app/category/[slug]/category-view.ts';
import { isCategoryPage, isProduct } from '#lib/catalogue/known-pages.ts';

/**
 * How long a page waits for the look-up. It takes some milliseconds, and a page that Next has kept needs
 * no database at all: a silent one, which is given up after 12 s, must not hold it up.
 */
const patienceMs = 500;

/**
 * Whether something can be at this path. It says no only of products and pages of categories that are
 * certainly not there. While the database cannot say in time,
 * the page itself is asked: Next may have it kept.
 */
export async function leadsSomewhere(path: string): Promise<boolean> {
  const [, kind, slug, ...view] = path.split('/').map(decoded);
  if (!slug) return true;
  try {
    if (kind === 'product') return view.length === 0 && (await orTrueWhenLate(isProduct(slug)));
    if (kind === 'category') return await orTrueWhenLate(isShown(slug, view));
    return true;
  } catch {
    // The page meets the same fault, and says so to the shopper and the log.
    return true;
  }
}

/** A look-up that is late goes on by itself, and what it finds is remembered. */
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

/** A part of a path as the pages get it; one that is broken is itself, and the name of nothing. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
