import { expect, test } from 'vitest';
import { findVariants } from '#lib/catalogue/find-variants.ts';
import { getProduct } from '#lib/catalogue/get-product.ts';
import { getProductPage } from '#lib/catalogue/get-product-page.ts';
import { suggestedProducts } from '#lib/catalogue/suggested-products.ts';
import { db } from '#lib/platform/database/db.ts';
import { openCatalogue } from '#tests/support/catalogue.ts';

await openCatalogue(0);

test('a variant has its own picture and colour, or the picture of its product', async () => {
  const page = await getProductPage('stoneware-mug');
  expect(page?.optionName).toBe('Glaze');
  expect(page?.looks).toEqual({
    'MUG-CHALK-350': { image: '/products/stoneware-mug.svg', swatch: '#f3eee3' },
    'MUG-MOSS-350': { image: '/products/stoneware-mug-moss.svg', swatch: '#8a946f' },
    'MUG-SLATE-350': { image: '/products/stoneware-mug-slate.svg', swatch: '#6d767f' },
  });
  const kettle = await getProductPage('stovetop-kettle');
  expect(kettle?.looks).toEqual({
    'KETTLE-STEEL-12': { image: '/products/stovetop-kettle.svg', swatch: null },
  });
});

test('the page of a product has all of the product', async () => {
  const product = await getProduct('wool-blanket');
  expect(product?.variants).toHaveLength(3);
  expect(await getProductPage('wool-blanket')).toMatchObject(product ?? {});
});

test('a slug that no product has, or that no text can be, has no page', async () => {
  expect(await getProductPage('nothing')).toBeUndefined();
  expect(await getProductPage('a\0b')).toBeUndefined();
});

test('a cart shows the picture of the variant', async () => {
  const found = await findVariants(['MUG-MOSS-350', 'MUG-CHALK-350']);
  expect(found.get('MUG-MOSS-350')?.image).toBe('/products/stoneware-mug-moss.svg');
  expect(found.get('MUG-CHALK-350')?.image).toBe('/products/stoneware-mug.svg');
});

test('the database takes no colour that a style could not be', async () => {
  const write = db().$executeRaw`UPDATE variant SET swatch = 'red;}' WHERE sku = 'MUG-MOSS-350'`;
  await expect(write).rejects.toThrow('variant_swatch_check');
});

test('products that are sold out are not suggested', async () => {
  const first = await db().$queryRaw<{ slug: string }[]>`SELECT slug FROM product ORDER BY position LIMIT 2`;
  const slugs = first.map(({ slug }) => slug);
  await db().$executeRaw`
    UPDATE stock SET available = 0 WHERE sku IN (
      SELECT sku FROM variant JOIN product ON product.id = variant.product_id WHERE product.slug = ${slugs[0]})`;
  // What broke: of two pages at the same time, the second got none.
  const [products, again] = await Promise.all([suggestedProducts(), suggestedProducts()]);
  expect(again).toEqual(products);
  const suggested = products.map(({ slug }) => slug);
  expect(suggested).toHaveLength(6);
  expect(suggested).not.toContain(slugs[0]);
  expect(suggested[0]).toBe(slugs[1]);
});
