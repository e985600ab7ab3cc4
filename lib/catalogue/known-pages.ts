import { listCategories } from '#lib/catalogue/list-categories.ts';
import { defaultPageSize } from '#lib/catalogue/schema.ts';
import { db } from '#lib/platform/database/db.ts';
import { processWide } from '#lib/platform/process-wide.ts';

/**
 * Whether a product or category page exists, checked before it is rendered: rendering "not found" for every
 * invented URL costs more than rendering a real page.
 *
 * Found slugs are remembered. Missing ones are not, because they may be added at any moment.
 */

/** The most slugs that a process remembers; at that number the set is cleared. */
const maxKnown = 20_000;

/** The most slugs of one statement. So many requests wait only when the statement before it hangs. */
const maxAsked = 500;

/** How long the list of categories counts as proof that a page is missing. */
const listMs = 1_000;

/** The slugs of one statement that is running or waiting. */
interface LookUp {
  slugs: Set<string>;
  found: Promise<Set<string>>;
}

interface Products {
  known: Set<string>;
  /** The query that waits for the one before it, and takes more slugs until then. */
  next: LookUp | undefined;
  /** Resolves when the last started query has ended. */
  last: Promise<unknown>;
}

const products = () =>
  processWide<Products>('knownProducts', () => ({
    known: new Set(),
    next: undefined,
    last: Promise.resolve(),
  }));

/**
 * Whether a product with this slug exists. One query runs at a time, for all slugs that were requested while
 * the one before it ran. So a flood of invented URLs uses one connection, not the whole pool. Throws when
 * the database fails, and when too many slugs wait for it.
 */
export async function isProduct(slug: string): Promise<boolean> {
  const { known } = products();
  if (known.has(slug)) return true;
  // PostgreSQL's text cannot contain U+0000, not even in a parameter.
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
  /** The number of pages per category; undefined before the database's first answer. */
  pages: Map<string, number> | undefined;
  /** When the list behind `pages` was requested. */
  askedAt: number;
  reading: Promise<void> | undefined;
}

const categories = () =>
  processWide<Categories>('knownCategories', () => ({
    pages: undefined,
    askedAt: Number.NEGATIVE_INFINITY,
    reading: undefined,
  }));

/** Whether the category has at least this many pages. Throws when the database fails. */
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
