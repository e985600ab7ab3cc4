import { expect, test } from '../support/test.ts';

/** The width and height in the header of a PNG. */
function sizeOf(png: Buffer): number[] {
  expect(png.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
  return [png.readUInt32BE(16), png.readUInt32BE(20)];
}

// What broke: previews were SVG files, which social networks don't show.
for (const path of ['/', '/category/kitchen', '/product/stoneware-mug']) {
  test(`${path} is shared with a PNG of 1200 by 630`, async ({ page }) => {
    await page.goto(path);
    const addresses = await page
      .locator('meta[property="og:image"]')
      .evaluateAll((found) => found.map((one) => one.getAttribute('content') ?? ''));
    expect(addresses).toHaveLength(1);
    const { pathname } = new URL(addresses[0] ?? '');
    const answer = await page.context().request.get(pathname);
    expect(answer.headers()['content-type']).toBe('image/png');
    expect(sizeOf(await answer.body())).toEqual([1200, 630]);
    await expect(page.locator('meta[property="og:site_name"]')).toHaveAttribute('content', 'Once');
  });
}

test('search engines get the same picture of a product', async ({ page }) => {
  await page.goto('/product/stoneware-mug');
  const data = JSON.parse((await page.locator('script[type="application/ld+json"]').textContent()) ?? '');
  expect(new URL(data.image).pathname).toBe('/products/stoneware-mug-1200x630.png');
});

test('a drawing without a preview is shared with the picture of the shop', async ({ page }) => {
  const answer = await page.context().request.get('/products/a-new-product-1200x630.png');
  expect(new URL(answer.url()).pathname).toBe('/share.png');
  expect(sizeOf(await answer.body())).toEqual([1200, 630]);
});

test('phones and programs that ask for /favicon.ico get an icon', async ({ page }) => {
  await page.goto('/');
  const { request } = page.context();
  const touch = await page.locator('link[rel="apple-touch-icon"]').getAttribute('href');
  expect(sizeOf(await (await request.get(touch ?? '')).body())).toEqual([180, 180]);
  const icon = await request.get('/favicon.ico');
  expect(icon.status()).toBe(200);
  expect(sizeOf((await icon.body()).subarray(22))).toEqual([32, 32]);
});
