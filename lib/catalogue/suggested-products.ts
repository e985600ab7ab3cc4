import { listProducts } from '#lib/catalogue/list-products.ts';
import type { ProductSummary } from '#lib/catalogue/schema.ts';
import { logger } from '#lib/platform/logger.ts';
import { processWide } from '#lib/platform/process-wide.ts';

/** How many products a page with nothing to show offers. */
const count = 6;

/** An offer may be a minute old, like a page of the catalogue: an order checks prices and stock again. */
const maxAgeMs = 60_000;

interface Held {
  /** Resolves with the products of the last read, or of an earlier one if it failed. */
  products: Promise<ProductSummary[]>;
  askedAt: number;
}

const held = () =>
  processWide<Held>('suggestedProducts', () => ({
    products: Promise.resolve([]),
    askedAt: Number.NEGATIVE_INFINITY,
  }));

/**
 * The first products of the shop that are in stock, for a page with nothing to show, such as an empty cart. At
 * most a minute old. Such a page is better without them than not shown: they are missing while they can't be
 * read.
 */
export function suggestedProducts(): Promise<ProductSummary[]> {
  const state = held();
  if (performance.now() - state.askedAt >= maxAgeMs) {
    state.askedAt = performance.now();
    state.products = read(state.products);
  }
  return state.products;
}

async function read(before: Promise<ProductSummary[]>): Promise<ProductSummary[]> {
  try {
    const { products } = await listProducts({ limit: 2 * count });
    return products.filter(isInStock).slice(0, count);
  } catch (error) {
    logger().warn({ err: error }, 'no products could be read to suggest');
    return before;
  }
}

const isInStock = ({ variants }: ProductSummary) => variants.some(({ available }) => available > 0);
