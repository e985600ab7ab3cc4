import { test as base, expect } from '@playwright/test';
import { Shop } from '../support/shop.ts';

// Without the fixture that forbids console errors: the page is broken on purpose.
const test = base.extend<{ shop: Shop }>({
  shop: async ({ page }, use) => {
    await use(new Shop(page));
  },
});

test('a checkout that other software has broken reloads, and keeps the typed text and the choices', async ({
  page,
  shop,
}) => {
  await shop.readyToOrder();
  // Like an extension that hides prices: elements that React created are gone.
  await page.evaluate(() => {
    for (const amount of document.querySelectorAll('[data-total]')) amount.remove();
  });
  const loadedAgain = page.waitForEvent('load');
  await page.getByLabel('Country').selectOption('DE');
  await loadedAgain;
  await expect(page.locator('form[action="/api/orders"]')).toHaveAttribute('novalidate', '');
  await expect(shop.field('email')).toHaveValue('ada@example.com');
  await expect(shop.field('shippingAddress.city')).toHaveValue('San Francisco');
  await expect(page.getByLabel('Country')).toHaveValue('DE');
  await page.locator('[name="payment.method"][value="invoice"]').check();
  await shop.placeOrder.click();
  await shop.expectOneOrderShown();
});
