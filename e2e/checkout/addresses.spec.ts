import { expect, test } from '../support/test.ts';

// What broke: the form had one set of labels for all countries, and Hong Kong needed a postal code.
test('the address form uses the terms of the chosen country, and asks only for what it needs', async ({
  page,
  shop,
}) => {
  await shop.fillCart();
  await shop.openCheckout();
  await expect(page.getByLabel('ZIP code')).toBeVisible();
  await expect(page.getByLabel('State', { exact: true })).toBeVisible();
  await page.getByLabel('Country').selectOption('GB');
  await expect(page.getByLabel('Postcode')).toBeVisible();
  await expect(shop.field('shippingAddress.region')).toHaveCount(0);
  await shop.placeOrder.click();
  await expect(page.getByRole('link', { name: 'Enter the postcode.' })).toBeVisible();

  await page.getByLabel('Country').selectOption('HK');
  await expect(page.getByLabel('District')).toBeVisible();
  await expect(shop.field('shippingAddress.postalCode')).toHaveCount(0);
  await shop.field('email').fill('ada@example.com');
  await shop.field('shippingAddress.name').fill('Ada Lovelace');
  await shop.field('shippingAddress.line1').fill('1 Nathan Road');
  await page.getByLabel('District').fill('Tsim Sha Tsui');
  await page.getByLabel(/^Area/).fill('Kowloon');
  await page.getByLabel('Invoice').check();
  await shop.placeOrder.click();
  await shop.expectOneOrderShown();
  await expect(page.locator('address')).toHaveText(
    'Ada Lovelace 1 Nathan Road Tsim Sha Tsui Kowloon Hong Kong',
  );
});
