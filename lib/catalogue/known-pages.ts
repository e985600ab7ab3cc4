import { listCategories } from '#lib/catalogue/list-categories.ts';
import { defaultPageSize } from '#lib/catalogue/schema.ts';
import { db } from '#lib/platform/database/db.ts';
import { processWide } from '#lib/platform/process-wide.ts';

/**
 * Which addresses of products and categories lead to something. It is asked before a page is drawn: to
 * draw "not found" anew for every invented address costs more than a page of the shop.
 *
 * What was found is remembered. What was not found is not, because it may be added at any moment.
 */

/** Slugs that a process remembers; beyond them it begins anew. */
const maxKnown = 20_000;

/** Slugs of one statement. So many requests come while the one before it runs only if that one hangs. */
const maxAsked = 500;

/** How long a list of the categories says that something is not there. */
const listMs = 1_000;

/** Slugs that one statement is, or will be, about. */
interface LookUp {
  slugs: Set<string>;
  found: Promise<Set<string>>;
}

interface Products {
  known: Set<string>;
  /** The look-up that waits for the one before it, and takes more slugs until then. */
  next: LookUp | undefined;
  /** Resolves when the last look-up that was begun is over. */
  last: Promise<unknown>;
}

const products = () =>
  processWide<Products>('knownProducts', () => ({
    known: new Set(),
    next: undefined,
    last: Promise.resolve(),
  }));

/**
 * Whether there is a product of this slug. One look-up runs at a time, for all slugs that were asked for
 * while the one before it ran: so a flood of made-up addresses holds one connection and not the pool.
 * Throws when the database fails, and when too many slugs wait for it.
 */
export async function isProduct(slug: string): Promise<boolean> {
  const { known } = products();
  if (known.has(slug)) return true;
  // PostgreSQL's text cannot hold U+0000, not even to look for it.
  if (slug.includes('\0')) return false;
  const found = await lookUp(slug);
  if (!found.has(slug)) return false;
  if (known.size >= maxKnown) known.clear();
  known.add(slug);
  return true;
}

function lookUp(slug: string): Promise<Set<string>> {
  const state = products();
  state.next ??= lookUpAfter(state.last);
  if (state.next.slugs.size >= maxAsked) throw new Error('too many slugs wait to be looked up');
  state.next.slugs.add(slug);
  return state.next.found;
}

function lookUpAfter(last: Promise<unknown>): LookUp {
  const state = products();
  const slugs = new Set<string>();
  const found = last.then(() => {
    if (state.next?.slugs === slugs) state.next = undefined;
    return slugsAmong([...slugs]);
  });
  state.last = found.catch(() => undefined);
  return { slugs, found };
}

async function slugsAmong(slugs: string[]): Promise<Set<string>> {
  const rows = await db().$queryRaw<{ slug: string }[]>`SELECT slug FROM product WHERE slug = ANY(${slugs})`;
  return new Set(rows.map(({ slug }) => slug));
}

interface Categories {
  /** How many pages each has; undefined before the first answer of the database. */
  pages: Map<string, number> | undefined;
  /** When the list was asked for that `pages` is from. */
  askedAt: number;
  reading: Promise<void> | undefined;
}

const categories = () =>
  processWide<Categories>('knownCategories', () => ({
    pages: undefined,
    askedAt: Number.NEGATIVE_INFINITY,
    reading: undefined,
  }));

/** Whether a category of this slug has so many pages. */
export async function isCategoryPage(slug: string, page: number): Promise<boolean> {
  const state = categories();
  const isThere = () => page <= (state.pages?.get(slug) ?? 0);
  if (isThere()) return true;
  if (performance.now() - state.askedAt >= listMs) {
    state.reading ??= readCategories(state).finally(() => {
      state.reading = undefined;
    });
    await state.reading;
  }
  return isThere();
}

async function readCategories(state: Categories): Promise<void> {
  const askedAt = performance.now();
  const list = await listCategories();
  state.pages = new Map(
    list.map(({ slug, productCount }) => [slug, Math.max(1, Math.ceil(productCount / defaultPageSize))]),
  );
  state.askedAt = askedAt;
}
