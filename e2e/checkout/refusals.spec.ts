import { expect, test } from '../support/test.ts';

test('empty fields are named above the form and beside the fields, nothing is sent, and the problem gets the focus', async ({
  page,
  shop,
}) => {
  await shop.fillCart();
  await shop.openCheckout();
  await shop.placeOrder.click();
  await expect(page.getByRole('group', { name: 'Please check these details' })).toBeFocused();
  const email = shop.field('email');
  await expect(email).toHaveAttribute('aria-invalid', 'true');
  await expect(email).toHaveAccessibleDescription(/Enter your email address\./);
  await page.getByRole('link', { name: 'Enter the ZIP code.' }).click();
  await expect(shop.field('shippingAddress.postalCode')).toBeFocused();
  await shop.field('shippingAddress.postalCode').fill('94107');
  await expect(shop.field('shippingAddress.postalCode')).not.toHaveAttribute('aria-invalid', 'true');
  expect(await shop.orders()).toHaveLength(0);
});

test('an error that only the server can find is shown beside its field, and its correction makes one order', async ({
  page,
  shop,
}) => {
  await shop.readyToOrder();
  const zip = shop.field('shippingAddress.postalCode');
  await zip.fill('ABCDE');
  await shop.placeOrder.click();
  await expect(zip).toHaveAccessibleDescription('Enter a ZIP code like 94107.');
  await expect(page.getByRole('group', { name: 'Please check these details' })).toBeFocused();
  expect(await shop.orders()).toHaveLength(0);
  await zip.fill('94107');
  await shop.placeOrder.click();
  await shop.expectOneOrderShown();
});

test('a cart that was changed in another tab is not ordered at the old total: the new total is shown first', async ({
  page,
  shop,
}) => {
  const [first] = await shop.fillCart();
  await shop.openCheckout();
  await shop.fillForm();
  const before = await shop.placeOrder.textContent();
  await shop.setLine(first?.sku ?? '', 3);
  await shop.placeOrder.click();
  await expect(page.getByRole('group', { name: 'Your cart or its total changed' })).toBeFocused();
  expect(await shop.orders()).toHaveLength(0);
  await expect(shop.placeOrder).not.toHaveText(before ?? '');
  await expect(page.getByText('3 ×').filter({ visible: true })).toBeVisible();
  await expect(shop.field('shippingAddress.city')).toHaveValue('San Francisco');
  await shop.placeOrder.click();
  await shop.expectOneOrderShown();
});

test('Back from a detour to the cart shows the new total, and keeps the typed text', async ({
  page,
  shop,
}) => {
  const [first] = await shop.fillCart();
  await page.goto('/cart');
  await page.getByRole('link', { name: 'Check out' }).click();
  await shop.fillForm();
  const before = await shop.placeOrder.textContent();
  await page.getByRole('link', { name: 'Change', exact: true }).click();
  await expect(page).toHaveURL(/\/cart$/);
  await shop.setLine(first?.sku ?? '', 3);
  await page.goBack();
  await expect(shop.placeOrder).toBeVisible();
  await expect(shop.placeOrder).not.toHaveText(before ?? '');
  await expect(shop.field('shippingAddress.city')).toHaveValue('San Francisco');
  await shop.placeOrder.click();
  await shop.expectOneOrderShown();
});

test('an item that is short of stock is named with the remaining units, and can be ordered after a change', async ({
  page,
  shop,
}) => {
  const goods = await shop.goods();
  const scarce = goods.toSorted((a, b) => a.available - b.available)[0];
  const wanted = (scarce?.available ?? 0) + 1;
  await shop.fillCart({ count: 0 });
  await shop.setLine(scarce?.sku ?? '', wanted);
  await shop.openCheckout();
  // By card, because this quantity may cost more than the limit for invoices.
  await shop.fillForm({}, 'pm_card_visa');
  await shop.placeOrder.click();
  const problem = page.getByRole('group', { name: 'Not enough in stock' });
  await expect(problem).toBeFocused();
  await expect(problem).toContainText(new RegExp(`you asked for ${wanted}, \\d+ (is|are) left`));
  expect(await shop.orders()).toHaveLength(0);

  await problem.getByRole('link', { name: 'Change your cart' }).click();
  await page.waitForURL('**/cart');
  await shop.setLine(scarce?.sku ?? '', 1);
  await shop.openCheckout();
  await expect(shop.field('shippingAddress.city')).toHaveValue('San Francisco');
  await shop.placeOrder.click();
  await shop.expectOneOrderShown();
});

test('a second order of the same items within ten minutes needs a confirmation', async ({ page, shop }) => {
  await shop.readyToOrder();
  await shop.placeOrder.click();
  const earlier = await shop.expectOneOrderShown();

  await shop.readyToOrder();
  await shop.placeOrder.click();
  const problem = page.getByRole('group', { name: 'Did you mean to order this twice?' });
  await expect(problem).toBeFocused();
  await expect(problem.getByRole('link', { name: 'See the earlier order' })).toHaveAttribute('href', earlier);
  expect(await shop.orders()).toHaveLength(1);

  await problem.getByRole('button', { name: 'Order it again anyway' }).click();
  await page.waitForURL(/\/orders\//);
  expect(await shop.orders()).toHaveLength(2);
});

test('without the session cookie the page says that the shop needs it, and orders nothing', async ({
  page,
  shop,
  context,
}) => {
  await shop.readyToOrder();
  const cookies = await context.cookies();
  await context.clearCookies();
  await shop.placeOrder.click();
  await expect(page.getByRole('group', { name: 'We need a cookie to know your cart' })).toBeFocused();
  await context.addCookies(cookies);
  expect(await shop.orders()).toHaveLength(0);
});
