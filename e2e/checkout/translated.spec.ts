import { expect, test } from '../support/test.ts';
import { type Translation, translatePage } from '../support/translator.ts';

// What broke: on a page that the browser had translated, a change of country led to an error page. Or
// the summary still showed $89.00 while the button showed, and charged, $123.75.

const money = /\$[\d,]+\.\d\d/;
const minorOf = (text: string | null) => Math.round(Number((text ?? '').replace(/[^\d.]/g, '')) * 100);

for (const how of ['wraps', 'replaces'] as Translation[]) {
  test.describe(`a translation that ${how} the text`, () => {
    test('keeps the same total in summary, button and order', async ({ page, shop }) => {
      await shop.readyToOrder({ count: 2 });
      await translatePage(page, how);
      const summary = page.getByRole('region', { name: 'Your order' });
      const total = summary.locator('dd').last();
      const before = await total.textContent();
      for (const country of ['DE', 'GB', 'US', 'DE']) {
        await page.getByLabel('Country').selectOption(country);
        const quote = await (
          await shop.context.request.get(`/api/checkout?shippingMethod=standard&country=${country}`)
        ).json();
        const words = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' }).format(
          quote.totalMinor / 100,
        );
        await expect(total).toHaveText(words);
        await expect(shop.submitButton).toHaveAccessibleName(`Place order · ${words}`);
      }
      expect(await total.textContent()).not.toBe(before);
      const shown = minorOf((await shop.submitButton.textContent())?.match(money)?.[0] ?? null);

      await shop.field('email').fill('');
      await shop.submitButton.click();
      await expect(page.getByRole('group', { name: 'Please check these details' })).toBeVisible();
      await shop.field('email').fill('ada@example.com');
      await shop.submitButton.click();
      await shop.expectOneOrderShown();
      expect((await shop.orders())[0]?.totalMinor).toBe(shown);
    });

    test('keeps the cart editable, with correct counts and totals', async ({ page, shop }) => {
      await shop.fillCart({ count: 2 });
      await page.goto('/cart');
      const badge = page.getByRole('link', { name: /^Cart/ });
      await expect(badge).toContainText('2');
      await translatePage(page, how);
      const subtotal = page.locator('dl dd').first();
      const before = minorOf(await subtotal.textContent());
      await page
        .getByRole('button', { name: /^One more/ })
        .first()
        .click();
      await expect(badge).toContainText('3');
      await expect.poll(async () => minorOf(await subtotal.textContent())).toBeGreaterThan(before);
      await page
        .getByRole('button', { name: /^Remove / })
        .first()
        .click();
      await expect(page.getByText('is out of your cart')).toBeVisible();
      await page.getByRole('button', { name: 'Put it back' }).click();
      await expect(page.getByRole('spinbutton')).toHaveCount(2);
      await expect(badge).toContainText('3');
    });

    test('keeps a product page that can add to the cart, and reports each addition', async ({
      page,
      shop,
    }) => {
      const [wanted] = await shop.goods();
      // The page fetches its stock when its script has taken over.
      const stock = page.waitForResponse('**/stock/**');
      await page.goto(`/product/${wanted?.slug}`);
      await stock;
      await translatePage(page, how);
      for (const count of [1, 2, 3]) {
        await page.getByRole('button', { name: 'Add to cart' }).click();
        await expect(page.getByRole('status').filter({ hasText: `In your cart: ${count} of` })).toBeVisible();
        await expect(page.getByRole('link', { name: /^Cart/ })).toContainText(String(count));
      }
    });
  });
}

test('an amount that other software has changed is reported before anything is ordered', async ({
  page,
  shop,
}) => {
  await shop.readyToOrder({ count: 1 });
  await page.evaluate(() => {
    for (const amount of document.querySelectorAll('[data-total]')) amount.textContent = '¥1';
  });
  await shop.submitButton.click();
  await expect(page.getByRole('group', { name: 'Please check the total' })).toContainText(money);
  expect(await shop.orders()).toHaveLength(0);
  await shop.submitButton.click();
  await shop.expectOneOrderShown();
});
