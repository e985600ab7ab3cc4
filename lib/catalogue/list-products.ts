import { decodeCursor, encodeCursor } from '#lib/catalogue/cursor.ts';
import { requireCategory } from '#lib/catalogue/require-category.ts';
import { defaultPageSize, type ProductList, type ProductSort } from '#lib/catalogue/schema.ts';
import {
  type ProductFilter,
  type ProductRow,
  selectProducts,
  summaryOf,
} from '#lib/catalogue/select-products.ts';

export interface ListProducts extends ProductFilter {
  sort?: ProductSort | undefined;
  /** The `nextCursor` of the previous page. */
  cursor?: string | undefined;
  limit?: number | undefined;
}

/**
 * The matching products, page by page. A client that follows `nextCursor` until it is null has seen every
 * product once. Throws `invalid_request` for a cursor of another sort or an unknown category.
 */
export async function listProducts({
  query,
  category,
  sort = 'featured',
  cursor,
  limit = defaultPageSize,
}: ListProducts = {}): Promise<ProductList> {
  const after = cursor === undefined ? undefined : decodeCursor(cursor, sort);
  // One more than requested, to know whether there is a next page.
  const rows = await selectProducts({ query, category, sort, after, limit: limit + 1 });
  if (rows.length === 0 && category !== undefined) await requireCategory(category);
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    products: rows.slice(0, limit).map(summaryOf),
    nextCursor: last ? cursorBehind(last, sort) : null,
  };
}

function cursorBehind({ id, sortKey }: ProductRow, sort: ProductSort): string {
  return encodeCursor({ sort, key: sortKey instanceof Date ? sortKey.getTime() : sortKey, id });
}
