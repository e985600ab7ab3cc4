import type { MetadataRoute } from 'next';
import { listCategories } from '#lib/catalogue/list-categories.ts';
import { listProducts } from '#lib/catalogue/list-products.ts';
import { maxPageSize } from '#lib/catalogue/schema.ts';
import { siteUrl } from '#lib/platform/env.ts';

// The site URL is known at run time, not at build time.
export const dynamic = 'force-dynamic';

/**
 * Limits the products in the sitemap. With the categories it stays below 50,000, the limit for one
 * file.
 */
const maxProducts = 40_000;

export default async function sitemap(): Promise<MetadataRoute.Sitemap> {
  const categories = (await listCategories()).map(({ slug }) => `/category/${slug}`);
  const paths = ['/', ...categories, ...(await productPaths())];
  return paths.map((path) => ({ url: new URL(path, siteUrl()).href }));
}

async function productPaths(): Promise<string[]> {
  const paths: string[] = [];
  let cursor: string | undefined;
  do {
    const { products, nextCursor } = await listProducts({ cursor, limit: maxPageSize });
    paths.push(...products.map(({ slug }) => `/product/${slug}`));
    cursor = nextCursor ?? undefined;
  } while (cursor && paths.length < maxProducts);
  return paths;
}
