import { z } from 'zod';
import { maxQueryLength } from '#lib/catalogue/search/query-limits.ts';

export const productSorts = ['featured', 'price-asc', 'price-desc', 'newest', 'title'] as const;
export type ProductSort = (typeof productSorts)[number];

/** The default and the largest number of products in one answer. */
export const defaultPageSize = 24;
export const maxPageSize = 100;

/**
 * The catalogue's answers may be a few seconds old, because an order checks price and stock again. So a rush
 * of visitors costs one database query.
 */
export const catalogueCaching = {
  'cache-control': 'public, max-age=0, s-maxage=5, stale-while-revalidate=60',
};

const variantSchema = z
  .object({
    sku: z.string(),
    title: z.string().describe('What tells it from the other variants; empty when there is only one.'),
    priceMinor: z.int(),
    currency: z.string(),
    available: z.int().describe('Units in stock when this was read. What counts is the stock at order time.'),
  })
  .meta({ id: 'Variant' });

const productSummarySchema = z
  .object({
    slug: z.string(),
    title: z.string(),
    category: z.string().describe("The category's slug."),
    image: z.string().describe('Path of a square picture on this site.'),
    variants: z.array(variantSchema),
  })
  .meta({ id: 'ProductSummary', description: 'A product as lists show it. Prices are minor units.' });

export const productSchema = productSummarySchema
  .extend({
    description: z.string(),
    details: z.array(z.string()).describe('Materials, size, care and origin, one sentence each.'),
  })
  .meta({ id: 'Product', description: 'One product in full. Prices are minor units.' });

export const productListSchema = z
  .object({
    products: z.array(productSummarySchema),
    nextCursor: z.string().nullable().describe('Asks for the products after these; null on the last page.'),
  })
  .meta({ id: 'ProductList' });

// PostgreSQL's text cannot contain U+0000, so no product can contain it.
const text = z.string().refine((value) => !value.includes('\0'), 'must not contain U+0000');

export const productQuerySchema = z.object({
  query: text
    .max(maxQueryLength, `may have at most ${maxQueryLength} characters`)
    .optional()
    .describe(
      'Words that must all occur in title, description or category, in any case or accent. A plural finds its singular, too.',
    ),
  category: text.optional().describe("A category's slug."),
  sort: z
    .enum(productSorts, { error: `must be one of ${productSorts.join(', ')}` })
    .default('featured')
    .describe('The order of the products.'),
  cursor: z.string().optional().describe("The last answer's nextCursor, with the same sort."),
  limit: z.coerce
    .number('must be a number')
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(maxPageSize, `may be at most ${maxPageSize}`)
    .default(defaultPageSize)
    .describe('How many products to answer with.'),
});

export type Variant = z.output<typeof variantSchema>;
export type ProductSummary = z.output<typeof productSummarySchema>;
export type Product = z.output<typeof productSchema>;
export type ProductList = z.output<typeof productListSchema>;

/** A category as menus and headings show it. */
export interface Category {
  slug: string;
  title: string;
  description: string;
  productCount: number;
}
