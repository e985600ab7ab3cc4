import { expect, test } from 'vitest';
import type { ProductList } from '#lib/catalogue/schema.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { openCatalogue } from '#tests/support/catalogue.ts';
import { conforming } from '#tests/support/contract/conforming.ts';

await openCatalogue(100);

/** Every answer is also checked against the OpenAPI document. */
const call = conforming(callHandlers);

async function list(query: string): Promise<ProductList> {
  const response = await call(`/api/products${query}`);
  expect(response.status).toBe(200);
  return (await response.json()) as ProductList;
}

test('a list shows products with their variants, prices and stock', async () => {
  const { products, nextCursor } = await list('?query=stoneware&sort=featured&limit=1');
  expect(products).toEqual([
    {
      slug: 'stoneware-mug',
      title: 'Stoneware Mug',
      category: 'kitchen',
      image: '/products/stoneware-mug.svg',
      variants: [
        { sku: 'MUG-CHALK-350', title: 'Chalk', priceMinor: 2_800, currency: 'USD', available: 120 },
        { sku: 'MUG-MOSS-350', title: 'Moss', priceMinor: 2_800, currency: 'USD', available: 64 },
        { sku: 'MUG-SLATE-350', title: 'Slate', priceMinor: 2_800, currency: 'USD', available: 3 },
      ],
    },
  ]);
  expect(nextCursor).toEqual(expect.any(String));
});

test('a client that follows nextCursor to its end has seen every product once', async () => {
  const slugs: string[] = [];
  let cursor = '';
  do {
    const { products, nextCursor } = await list(`?sort=price-asc&limit=9&cursor=${cursor}`);
    slugs.push(...products.map(({ slug }) => slug));
    cursor = nextCursor ?? '';
  } while (cursor);
  expect(slugs).toHaveLength(100);
  expect(new Set(slugs).size).toBe(100);
});

test('form fields that are sent empty do not filter', async () => {
  expect(await list('?query=&category=&sort=&cursor=&limit=')).toEqual(await list(''));
});

test('one product is returned in full', async () => {
  const response = await call('/api/products/wool-blanket');
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({
    slug: 'wool-blanket',
    category: 'textiles',
    description: expect.stringContaining('Woven from the wool'),
    details: expect.arrayContaining(['140 × 200 cm (55 × 79 in)']),
    variants: [{ sku: 'BLANKET-OAT' }, { sku: 'BLANKET-RUST' }, { sku: 'BLANKET-PINE' }],
  });
});

test.each(['/api/products', '/api/products/wool-blanket'])('%s may be cached for seconds', async (path) => {
  const response = await call(path);
  expect(response.headers.get('cache-control')).toMatch(/^public, max-age=0, s-maxage=5\b/);
  expect(response.headers.get('x-request-id')).toBeTruthy();
  expect(response.headers.get('set-cookie')).toBeNull();
});

test.each(['no-such-thing', 'WOOL-BLANKET', '%00', '%27%20OR%20true', 'x'.repeat(2_000)])(
  'a slug without a product (%s) is not found',
  async (slug) => {
    const response = await call(`/api/products/${slug}`);
    expect(response.status).toBe(404);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toMatchObject({ code: 'not_found', retryable: false });
  },
);

test.each([
  ['sort', 'sort=cheapest'],
  ['limit', 'limit=0'],
  ['limit', 'limit=101'],
  ['limit', 'limit=ten'],
  ['limit', 'limit=2.5'],
  ['cursor', 'cursor=%00'],
  ['cursor', 'cursor=bm90IG91cnM'],
  ['category', 'category=weapons'],
  ['category', 'category=a%00b'],
  ['query', 'query=a%00b'],
  ['query', `query=${'x'.repeat(201)}`],
])('a bad %s (%s) is an invalid request that names it', async (path, query) => {
  const response = await call(`/api/products?${query}`);
  expect(response.status).toBe(400);
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(await response.json()).toMatchObject({ code: 'invalid_request', fields: [{ path }] });
});
