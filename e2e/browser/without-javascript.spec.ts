import { expect, test } from '../support/test.ts';

test.use({ javaScriptEnabled: false });

test('without JavaScript a shopper browses, orders, and has one order', async ({ page, shop }) => {
  const [wanted] = await shop.goods();
  await page.goto(`/product/${wanted?.slug}`);
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await page.waitForURL(/\/cart/);
  await page.getByRole('link', { name: 'Check out' }).click();
  await shop.fillForm();
  await shop.placeOrder.click();
  await shop.expectOneOrderShown();
});

test('without JavaScript a refused form returns with the problem and all the typed text', async ({
  page,
  shop,
}) => {
  await shop.fillCart();
  await page.goto('/checkout');
  await shop.fillForm({ 'shippingAddress.postalCode': 'ABCDE', 'shippingAddress.line2': 'Flat 3' });
  await page.getByRole('radio', { name: /^Express/ }).check();
  await page.getByLabel('Country').selectOption('US');
  await shop.placeOrder.click();

  await expect(page.getByRole('group', { name: 'Please check these details' })).toBeVisible();
  const zip = shop.field('shippingAddress.postalCode');
  await expect(zip).toHaveAccessibleDescription('Enter a ZIP code like 94107.');
  await expect(zip).toHaveValue('ABCDE');
  await expect(shop.field('shippingAddress.line2')).toHaveValue('Flat 3');
  await expect(page.getByRole('radio', { name: /^Express/ })).toBeChecked();
  expect(await shop.orders()).toHaveLength(0);

  await zip.fill('94107');
  await shop.placeOrder.click();
  await shop.expectOneOrderShown();
});

test('without JavaScript the totals can be updated before ordering, and the typed text stays', async ({
  page,
  shop,
}) => {
  await shop.fillCart();
  await page.goto('/checkout');
  await shop.fillForm();
  const before = await shop.placeOrder.textContent();
  await page.getByLabel('Country').selectOption('DE');
  await page.getByRole('button', { name: 'Update totals' }).click();
  await expect(shop.placeOrder).not.toHaveText(before ?? '');
  // Histories and logs keep URLs, so the typed text must not appear in one.
  expect(new URL(page.url()).search).toBe('?shippingMethod=standard&country=DE');
  await expect(page.getByLabel('Country')).toHaveValue('DE');
  await expect(shop.field('shippingAddress.city')).toHaveValue('San Francisco');
  // The fields now match Germany.
  await expect(page.getByLabel('Postal code')).toHaveValue('94107');
  await expect(shop.field('shippingAddress.region')).toHaveCount(0);
  await shop.placeOrder.click();
  await shop.expectOneOrderShown();
});

test('without JavaScript a changed total is shown before anything is ordered', async ({ page, shop }) => {
  await shop.fillCart();
  await page.goto('/checkout');
  await shop.fillForm();
  const before = await shop.placeOrder.textContent();
  // The choice changed without updating the totals, so the order would cost more than the page shows.
  await page.getByLabel('Country').selectOption('DE');
  await shop.placeOrder.click();
  await expect(page.getByRole('group', { name: 'Your cart or its total changed' })).toBeVisible();
  await expect(shop.placeOrder).not.toHaveText(before ?? '');
  expect(await shop.orders()).toHaveLength(0);
  await shop.placeOrder.click();
  await shop.expectOneOrderShown();
});

test('without JavaScript a double click makes one order', async ({ shop, page }) => {
  await shop.fillCart();
  await page.goto('/checkout');
  await shop.fillForm();
  await shop.placeOrder.dblclick();
  await shop.expectOneOrderShown();
});

test('without JavaScript a second order of the same items needs a confirmation', async ({ page, shop }) => {
  for (let round = 0; round < 2; round += 1) {
    await shop.fillCart();
    await page.goto('/checkout');
    await shop.fillForm();
    await shop.placeOrder.click();
    if (round === 0) await shop.expectOneOrderShown();
  }
  expect(await shop.orders()).toHaveLength(1);
  await page.getByRole('button', { name: 'Order it again anyway' }).click();
  await page.waitForURL(/\/orders\//);
  expect(await shop.orders()).toHaveLength(2);
});

test('without JavaScript an order can be cancelled', async ({ page, shop }) => {
  await shop.fillCart();
  await page.goto('/checkout');
  await shop.fillForm();
  await shop.placeOrder.click();
  const path = await shop.expectOneOrderShown();
  await page.getByRole('button', { name: 'Cancel this order' }).click();
  await page.waitForURL(`**${path}`);
  await expect(page.getByText('This order is cancelled.')).toBeVisible();
  expect((await shop.orders())[0]?.status).toBe('cancelled');
});

test('a link sets only the shipping method and the country of the checkout', async ({ page, shop }) => {
  await shop.fillCart();
  const planted = new URLSearchParams({
    email: 'stranger@example.com',
    'shippingAddress.line1': '1 Stranger Street',
    shippingMethod: 'express',
    country: 'DE',
  });
  await page.goto(`/checkout?${planted}`);
  await expect(shop.field('email')).toHaveValue('');
  await expect(shop.field('shippingAddress.line1')).toHaveValue('');
  await expect(page.getByRole('radio', { name: /^Express/ })).toBeChecked();
  await expect(page.getByLabel('Country')).toHaveValue('DE');
});

test('without JavaScript an emptied cart is reported, although there is no form left', async ({
  page,
  shop,
}) => {
  const [only] = await shop.fillCart({ count: 1 });
  await page.goto('/checkout');
  await shop.fillForm();
  await shop.setLine(only?.sku ?? '', 0);
  await shop.placeOrder.click();
  await expect(page.getByRole('group', { name: 'Your cart or its total changed' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Your cart is empty' })).toBeVisible();
  expect(await shop.orders()).toHaveLength(0);
});

test('without JavaScript and without the session cookie the page says that the shop needs it', async ({
  page,
  shop,
  context,
}) => {
  await shop.fillCart();
  await page.goto('/checkout');
  await shop.fillForm();
  await context.clearCookies();
  await shop.placeOrder.click();
  await expect(page.getByRole('group', { name: 'We need a cookie to know your cart' })).toBeVisible();
});

test('without JavaScript a refused cancellation leads to a page, not to JSON', async ({
  page,
  shop,
  context,
}) => {
  await shop.fillCart();
  const path = await shop.orderFromElsewhere();
  await page.goto(path);
  await context.clearCookies();
  await page.getByRole('button', { name: 'Cancel this order' }).click();
  await page.waitForURL('**/orders');
  await expect(page.getByRole('heading', { name: 'No orders yet' })).toBeVisible();
});
