import { expect, test } from 'vitest';
import SearchPage from '#app/(shop)/search/page.tsx';
import { listProductsPage } from '#lib/catalogue/list-products-page.ts';
import { openCatalogue } from '#tests/support/catalogue.ts';

await openCatalogue(200);

// What broke: "Results for “steel”, 30 products" stood above "Try it in other words" and no product.
test('a page of results after the last one leads to the last one', async () => {
  const { pageCount } = await listProductsPage({ query: 'steel' });
  expect(pageCount).toBeGreaterThan(1);
  const searchParams = Promise.resolve({ query: 'steel', page: '9999' });
  await expect(SearchPage({ searchParams })).rejects.toMatchObject({
    digest: expect.stringContaining(`/search?query=steel&page=${pageCount};`),
  });
});
