import { type ProductSort, productSorts } from '#lib/catalogue/schema.ts';

/** How a category is shown. It is part of the path, so that each view is its own cached page. */
export interface CategoryView {
  sort: ProductSort;
  /** Counted from 1. */
  page: number;
}

/** Parses `[]`, `['price-asc']` or `['price-asc', '2']`; undefined for anything else. */
export function parseCategoryView(segments: string[] = []): CategoryView | undefined {
  const [sort = 'featured', page = '1', ...rest] = segments;
  const known = productSorts.find((id) => id === sort);
  if (!known || !/^[1-9]\d{0,3}$/.test(page) || rest.length > 0) return undefined;
  return { sort: known, page: Number(page) };
}

/** Builds the shortest URL of a view. */
export function categoryHref(slug: string, { sort, page }: CategoryView): string {
  const base = `/category/${encodeURIComponent(slug)}`;
  if (page > 1) return `${base}/${sort}/${page}`;
  return sort === 'featured' ? base : `${base}/${sort}`;
}
