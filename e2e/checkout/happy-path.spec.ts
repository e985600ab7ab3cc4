import { expect, test } from '../support/test.ts';

for (const { device, width, height } of [
  { device: 'a phone', width: 390, height: 844 },
  { device: 'a desktop', width: 1280, height: 900 },
]) {
  test(`a shopper on ${device} finds a product, orders it, and has one order`, async ({ page, shop }) => {
    await page.setViewportSize({ width, height });
    const [wanted] = await shop.goods();
    await page.goto('/');
    await page
      .getByRole('searchbox', { name: 'Search the shop' })
      .first()
      .fill(wanted?.title ?? '');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/search\?/);
    await page.getByRole('main').getByRole('link', { name: wanted?.title }).first().click();

    await page.waitForURL(`**/product/${wanted?.slug}`);
    await page.getByRole('button', { name: 'Add to cart' }).click();
    await page.getByRole('link', { name: 'View cart' }).click();
    await page.getByRole('link', { name: 'Check out' }).click();

    await page.waitForURL(/\/checkout/);
    await shop.fillForm();
    const total = (await shop.placeOrder.textContent())?.match(/\$[\d.,]+/)?.[0] ?? 'a total';
    await shop.placeOrder.click();

    await shop.expectOneOrderShown();
    const main = page.getByRole('main');
    await expect(main.getByText(total).first()).toBeVisible();
    await expect(main.getByText(wanted?.title ?? '').first()).toBeVisible();
    await expect(main.getByText('12 St James Square')).toBeVisible();
  });
}

test('shipping method and country change the total before the order, and the order costs the shown total', async ({
  page,
  shop,
}) => {
  await shop.readyToOrder();
  const shown = async () => (await shop.placeOrder.textContent()) ?? '';
  const before = await shown();
  await page.getByRole('radio', { name: /^Express/ }).check();
  await expect(shop.placeOrder).not.toHaveText(before);
  const express = await shown();
  await page.getByLabel('Country').selectOption('DE');
  await expect(shop.placeOrder).not.toHaveText(express);
  const total = await shown();
  await shop.placeOrder.click();
  await shop.expectOneOrderShown();
  const [order] = await shop.orders();
  expect(total).toContain(
    `$${((order?.totalMinor ?? 0) / 100).toLocaleString('en-US', { minimumFractionDigits: 2 })}`,
  );
});

test('of two quick choices the last one wins, even when its answer arrives first', async ({ page, shop }) => {
  await shop.readyToOrder();
  await page.route('**/api/checkout?*country=DE*', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    // By then the page has aborted this request.
    await route.continue().catch(() => undefined);
  });
  await page.getByLabel('Country').selectOption('DE');
  await expect(shop.submitButton).toHaveText('Updating the total');
  await page.getByLabel('Country').selectOption('GB');
  await expect(shop.placeOrder).toBeVisible();
  const british = await shop.placeOrder.textContent();
  await page.waitForTimeout(2_000);
  await expect(shop.placeOrder).toHaveText(british ?? '');
  await page.getByLabel('Postcode').fill('SW1A 1AA');
  await shop.placeOrder.click();
  await shop.expectOneOrderShown();
});
