import { expect, test } from '../support/test.ts';

// What broke: a product whose picture had no file was shown with a broken image.
test('a product without a picture file gets the shop’s mark, cached for less time than a real picture', async ({
  page,
}) => {
  const missing = await page.context().request.get('/products/a-new-product.svg');
  expect(missing.status()).toBe(200);
  expect(missing.headers()['content-type']).toBe('image/svg+xml');
  expect(missing.headers()['cache-control']).toBe('public, max-age=60');
  const real = await page.context().request.get('/products/brass-pen.svg');
  expect(real.headers()['cache-control']).toContain('max-age=86400');
  expect((await page.context().request.get('/products/no-picture')).status()).toBe(404);

  await page.goto('/');
  await page.setContent('<img src="/products/a-new-product.svg" alt="">');
  await expect
    .poll(() => page.locator('img').evaluate((image: HTMLImageElement) => image.naturalWidth))
    .toBeGreaterThan(0);
});
