import { expectNothingFound } from '../support/axe.ts';
import { holdRequests } from '../support/held-requests.ts';
import { expect, test } from '../support/test.ts';

// Contrast depends on the colours and not on the width; structure depends on the width and not on the
// colours. So two of the four combinations cover everything.
for (const { colorScheme, device, viewport } of [
  { colorScheme: 'light', device: 'a phone', viewport: { width: 390, height: 844 } },
  { colorScheme: 'dark', device: 'a desktop', viewport: { width: 1280, height: 900 } },
] as const) {
  test.describe(`in ${colorScheme} colours on ${device}`, () => {
    test.use({ colorScheme, viewport });
    // Each test checks nine states of the page, one after another.
    test.slow();

    test('axe finds no violations in the catalogue and on the empty pages', async ({ page, shop }) => {
      const [wanted] = await shop.goods();
      for (const path of [
        '/',
        '/category/kitchen',
        '/search?query=steel',
        '/search?query=nothing-like-it',
        `/product/${wanted?.slug}`,
        '/cart',
        '/checkout',
        '/orders',
        '/there-is-no-such-page',
      ]) {
        await test.step(path, async () => {
          await page.goto(path);
          await expectNothingFound(page);
        });
      }
    });

    test('axe finds no violations from the cart to the cancelled order', async ({ page, shop }) => {
      await shop.fillCart({ count: 3 });
      await page.goto('/cart');
      await expectNothingFound(page);

      await shop.openCheckout();
      await expectNothingFound(page);
      await shop.placeOrder.click();
      await expect(page.getByRole('group', { name: 'Please check these details' })).toBeFocused();
      await expectNothingFound(page);

      await shop.fillForm();
      const letGo = await holdRequests(page, '**/api/orders');
      await shop.placeOrder.click();
      await expect(shop.submitButton).toHaveText('Sending your order…');
      await expectNothingFound(page);
      letGo();

      await shop.expectOneOrderShown();
      await expectNothingFound(page);
      await page.getByRole('button', { name: 'Cancel this order' }).click();
      await expect(page.getByRole('dialog')).toBeVisible();
      await expectNothingFound(page);
      await page.getByRole('button', { name: 'Yes, cancel it' }).click();
      await expect(page.getByText('This order is cancelled.')).toBeVisible();
      await expectNothingFound(page);
      await page.goto('/orders');
      await expectNothingFound(page);
      await page.goto('/checkout');
      await expectNothingFound(page);
    });
  });
}
