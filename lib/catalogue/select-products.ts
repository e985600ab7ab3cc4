import type { Position } from '#lib/catalogue/cursor.ts';
import type { ProductSort, ProductSummary } from '#lib/catalogue/schema.ts';
import { hasOneOf, type Wanted } from '#lib/catalogue/search/has-one-of.ts';
import { distanceFrom } from '#lib/catalogue/search/relevance.ts';
import { searchWords, singularsOf } from '#lib/catalogue/search/search-words.ts';
import { Prisma } from '#lib/generated/prisma/client.ts';
import { db } from '#lib/platform/database/db.ts';

export interface ProductFilter {
  /** Words that must all occur in title, description or category; of a plural, its singular may. */
  query?: string | undefined;
  /** A category's slug. */
  category?: string | undefined;
}

export interface SelectProducts extends ProductFilter {
  /** `relevance`: what is nearest to the query first. It needs words in the query, and has no cursors. */
  sort: ProductSort | 'relevance';
  limit: number;
  /** Start after this product; undefined for the first page. */
  after?: Position | undefined;
  /** The number of products to skip. */
  offset?: number;
}

export interface ProductRow extends ProductSummary {
  id: string;
  sortKey: number | string | Date;
}

interface Sort {
  key: Prisma.Sql;
  /**
   * The product's id from the table of this sort's index: with another table's id, the index would not be
   * used.
   */
  id: Prisma.Sql;
  direction: Prisma.Sql;
  /** Casts a cursor's key to the type of the index. */
  cast: (key: number | string) => Prisma.Sql;
}

const asc = Prisma.sql`ASC`;
const desc = Prisma.sql`DESC`;
const int = (key: number | string) => Prisma.sql`${key}::int`;
const text = (key: number | string) => Prisma.sql`${key}::text`;
const time = (key: number | string) => Prisma.sql`${new Date(key)}::timestamptz`;

const ofProduct = { id: Prisma.sql`product.id` };
const byPrice = { key: Prisma.sql`cheapest.price_minor`, id: Prisma.sql`cheapest.product_id`, cast: int };

/** Each sort uses an index on its key and the id; the id orders products with equal keys. */
const sorts: Record<ProductSort, Sort> = {
  featured: { ...ofProduct, key: Prisma.sql`product.position`, direction: asc, cast: int },
  'price-asc': { ...byPrice, direction: asc },
  'price-desc': { ...byPrice, direction: desc },
  newest: { ...ofProduct, key: Prisma.sql`product.created_at`, direction: desc, cast: time },
  title: { ...ofProduct, key: Prisma.sql`lower(product.title)`, direction: asc, cast: text },
};

const canBeBought = Prisma.sql`EXISTS (SELECT FROM variant WHERE variant.product_id = product.id)`;

/** No index can help: the words are not known before the search. It sorts only the products that match. */
const byRelevance = (query: string) => ({
  ...ofProduct,
  key: distanceFrom(query),
  direction: asc,
  from: Prisma.sql`product`,
  listedOnly: canBeBought,
});

/**
 * Products with their cheapest variant, whose price is the sort key for prices. A product without variants
 * cannot be bought and is in no list.
 */
const listed = Prisma.sql`
  product JOIN variant AS cheapest ON cheapest.product_id = product.id AND NOT EXISTS (
    SELECT FROM variant AS cheaper
    WHERE cheaper.product_id = cheapest.product_id
      AND (cheaper.price_minor, cheaper.sku) < (cheapest.price_minor, cheapest.sku))`;

/** A product's variants in order, as JSON in the shape of `Variant`. */
export const variantsOf = (productId: Prisma.Sql) => Prisma.sql`(
  SELECT coalesce(json_agg(json_build_object(
      'sku', variant.sku, 'title', variant.title, 'priceMinor', variant.price_minor,
      'currency', variant.currency, 'available', coalesce(stock.available, 0)
    ) ORDER BY variant.position, variant.sku), '[]')
  FROM variant LEFT JOIN stock ON stock.sku = variant.sku
  WHERE variant.product_id = ${productId})`;

/** One page of a list. */
export async function selectProducts(select: SelectProducts): Promise<ProductRow[]> {
  return db().$queryRaw<ProductRow[]>(pageQuery(select));
}

/**
 * The SQL of `selectProducts`: first an index scan in the order of the sort, then the variants of the
 * products found.
 */
export function pageQuery(select: SelectProducts): Prisma.Sql {
  const { key, id, direction, from, listedOnly } =
    select.sort === 'relevance'
      ? byRelevance(select.query ?? '')
      : { ...sorts[select.sort], from: listed, listedOnly: Prisma.sql`TRUE` };
  return Prisma.sql`
    WITH page AS (
      SELECT product.id, product.slug, product.title, product.category_slug, product.image, ${key} AS sort_key
      FROM ${from} WHERE ${matches(select)} AND ${isBehind(select)} AND ${listedOnly}
      ORDER BY ${key} ${direction}, ${id} ${direction}
      LIMIT ${select.limit}::int OFFSET ${select.offset ?? 0}::int
    )
    SELECT page.id, page.slug, page.title, page.category_slug AS category, page.image,
           page.sort_key AS "sortKey", ${variantsOf(Prisma.sql`page.id`)} AS variants
    FROM page ORDER BY page.sort_key ${direction}, page.id ${direction}`;
}

/** The number of products in the whole list. */
export async function countProducts(filter: ProductFilter): Promise<number> {
  const [row] = await db().$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM product
    WHERE ${matches(filter)} AND ${canBeBought}`;
  return row?.count ?? 0;
}

/** The public part of a row. */
export function summaryOf({ slug, title, category, image, variants }: ProductRow): ProductSummary {
  return { slug, title, category, image, variants };
}

function matches({ query, category }: ProductFilter): Prisma.Sql {
  const conditions = [Prisma.sql`TRUE`];
  if (category !== undefined) conditions.push(Prisma.sql`product.category_slug = ${category}`);
  for (const word of searchWords(query ?? '')) {
    conditions.push(Prisma.join([hasText(word), ...singularsOf(word).map(hasWord)], ' OR ', '(', ')'));
  }
  return Prisma.join(conditions, ' AND ');
}

/** strpos, unlike LIKE, has no wildcards: % and _ are ordinary characters. */
const hasText = (text: string) => Prisma.sql`(
  strpos(product.search_text, search_fold(${text})) > 0
  OR product.category_slug IN (
    SELECT slug FROM category WHERE strpos(search_fold(category.title), search_fold(${text})) > 0))`;

/** A shorter singular is the end of too many words: `len`, of `lens`, ends "woollen". */
const shortestEnd = 4;

/** The same for a singular: a whole word or, as in "notebook", the end of one. */
function hasWord(word: string): Prisma.Sql {
  const wanted: Wanted[] = [{ word, as: word.length < shortestEnd ? 'whole' : 'end' }];
  return Prisma.sql`(
    ${hasOneOf(Prisma.sql`product.text_words`, wanted)}
    OR product.category_slug IN (
      SELECT slug FROM category WHERE ${hasOneOf(Prisma.sql`search_words(category.title)`, wanted)}))`;
}

function isBehind({ sort, after }: SelectProducts): Prisma.Sql {
  if (!after || sort === 'relevance') return Prisma.sql`TRUE`;
  const { key, id, direction, cast } = sorts[sort];
  const comparison = direction === asc ? Prisma.sql`>` : Prisma.sql`<`;
  return Prisma.sql`(${key}, ${id}) ${comparison} (${cast(after.key)}, ${after.id}::uuid)`;
}
