import type { MetadataRoute } from 'next';
import { listCategories } from '#lib/catalogue/list-categories.ts';
import { listProducts } from '#lib/catalogue/list-products.ts';
import { maxPageSize } from '#lib/catalogue/schema.ts';
import { siteUrl } from '#lib/platform/env.ts';

// The shop's address is known when it runs, not when it is built.
export const dynamic = 'force-dynamic';

/** Products a sitemap names: with the categories it stays below the 50,000 that one file may hold. */
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
