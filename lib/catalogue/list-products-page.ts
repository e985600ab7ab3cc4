import { requireCategory } from '#lib/catalogue/require-category.ts';
import { defaultPageSize, type ProductSort, type ProductSummary } from '#lib/catalogue/schema.ts';
import { searchWords } from '#lib/catalogue/search/search-words.ts';
import {
  countProducts,
  type ProductFilter,
  selectProducts,
  summaryOf,
} from '#lib/catalogue/select-products.ts';

export interface ListProductsPage extends ProductFilter {
  /** Without one, a search has the nearest products first, and other lists are in featured order. */
  sort?: ProductSort | undefined;
  /** 1 is the first page. */
  page?: number | undefined;
  pageSize?: number | undefined;
}

export interface ProductsPage {
  products: ProductSummary[];
  page: number;
  /** At least 1: an empty list has one empty page. */
  pageCount: number;
  total: number;
}

/**
 * One page of the product list by its number, for pages with a page number in their URL. A page after the
 * last is empty. Throws `invalid_request` for an unknown category.
 */
export async function listProductsPage({
  query,
  category,
  sort,
  page = 1,
  pageSize = defaultPageSize,
}: ListProductsPage = {}): Promise<ProductsPage> {
  const offset = (page - 1) * pageSize;
  const [rows, total] = await Promise.all([
    selectProducts({
      query,
      category,
      sort: sort ?? (searchWords(query ?? '').length > 0 ? 'relevance' : 'featured'),
      offset,
      limit: pageSize,
    }),
    countProducts({ query, category }),
  ]);
  if (total === 0 && category !== undefined) await requireCategory(category);
  return {
    products: rows.map(summaryOf),
    page,
    pageCount: Math.max(1, Math.ceil(total / pageSize)),
    total,
  };
}
