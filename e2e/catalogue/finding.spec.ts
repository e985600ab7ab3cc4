import { expect, test } from '../support/test.ts';

for (const { device, width, height } of [
  { device: 'a phone', width: 390, height: 844 },
  { device: 'a desktop', width: 1280, height: 900 },
]) {
  test.describe(`on ${device}`, () => {
    test.use({ viewport: { width, height } });

    test('a search shows one field, with what was searched', async ({ page }) => {
      await page.goto('/search?query=mugs');
      const fields = page.getByRole('searchbox');
      await expect(fields).toHaveCount(1);
      await expect(fields).toHaveValue('mugs');
      await expect(page.getByRole('main').getByRole('article').first()).toContainText('Stoneware Mug');
      await page.goto('/');
      await expect(fields).toHaveCount(1);
    });

    test('pages with nothing to show offer products', async ({ page, shop }) => {
      const [first] = await shop.goods();
      for (const path of ['/cart', '/search?query=nothing-like-it', '/there-is-no-such-page']) {
        await page.goto(path);
        const offers = page.getByRole('region', { name: 'From our shelves' });
        await expect(offers.getByRole('article')).toHaveCount(6);
        await expect(offers.getByRole('link', { name: first?.title })).toBeVisible();
        await expect(offers).toContainText('$');
      }
    });

    test('the footer gives the address to write to, and is shorter than half a screen', async ({ page }) => {
      await page.goto('/');
      const footer = page.getByRole('contentinfo');
      await expect(footer.getByRole('link', { name: 'help@once.example' })).toHaveAttribute(
        'href',
        'mailto:help@once.example',
      );
      expect((await footer.boundingBox())?.height).toBeLessThan(height / 2);
    });

    test('a category says how many products it has and shows every order of them', async ({ page }) => {
      await page.goto('/category/kitchen');
      await expect(page.getByText('7 products')).toBeVisible();
      for (const link of await page.getByRole('navigation', { name: 'Sort by' }).getByRole('link').all()) {
        const box = await link.boundingBox();
        expect((box?.x ?? -1) >= 0 && (box?.x ?? 0) + (box?.width ?? 0) <= width).toBe(true);
      }
    });
  });
}

test('an address without a page says where to write about it', async ({ page }) => {
  await page.goto('/there-is-no-such-page');
  await expect(page.getByRole('main').getByRole('link', { name: 'help@once.example' })).toHaveAttribute(
    'href',
    'mailto:help@once.example',
  );
});

// What broke: a first visit began with a paragraph about cookies.
test('an empty cart says so once, and nothing about cookies', async ({ page }) => {
  await page.goto('/cart');
  await expect(page.getByText(/cart is empty/)).toHaveCount(1);
  await expect(page.getByRole('main').getByRole('link', { name: 'See what we have' })).toBeVisible();
  await expect(page.getByRole('main')).not.toContainText(/cookie/i);
});

test('a cart that becomes empty says so and offers products', async ({ page, shop }) => {
  await shop.fillCart({ count: 1 });
  await page.goto('/cart');
  await page.getByRole('button', { name: /^Remove/ }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your cart is empty');
  await expect(page.getByRole('region', { name: 'From our shelves' }).getByRole('article')).toHaveCount(6);
  await page.getByRole('button', { name: 'Put it back' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your cart');
});
