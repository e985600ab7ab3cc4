import { expect, test } from '../support/test.ts';

/** The checkout has a layout of its own: nothing leads away from it but the shop's name, the cart and help. */

test('the checkout has the shop’s name, a lock and help, and neither menus nor search', async ({
  page,
  shop,
}) => {
  await shop.fillCart();
  await page.goto('/checkout');
  const banner = page.getByRole('banner');
  await expect(banner.getByRole('link', { name: 'Once, home' })).toHaveAttribute('href', '/');
  await expect(banner.getByText('Secure checkout')).toBeVisible();
  await expect(banner.getByRole('link', { name: 'Help' })).toHaveAttribute(
    'href',
    /^mailto:[^@\s]+@[^@\s]+$/,
  );
  await expect(banner.getByRole('link')).toHaveCount(2);
  await expect(page.getByRole('navigation')).toHaveCount(0);
  await expect(page.getByRole('search')).toHaveCount(0);
  await expect(page.getByRole('contentinfo').getByRole('link')).toHaveCount(1);
});

test('the checkout loads one script, its own, and its policy allows no inline script', async ({
  page,
  shop,
}) => {
  await shop.fillCart();
  const scripts: string[] = [];
  page.on('request', (request) => {
    if (request.resourceType() === 'script') scripts.push(new URL(request.url()).pathname);
  });
  const response = await page.goto('/checkout', { waitUntil: 'networkidle' });
  expect(scripts).toEqual([expect.stringMatching(/^\/_next\/static\/once\/checkout-[A-Z0-9]{8}\.js$/)]);
  const policy = response?.headers()['content-security-policy'] ?? '';
  expect(policy).toMatch(/(?:^|; )script-src 'self'\s*(?:;|$)/);
  expect(policy).toMatch(/(?:^|; )connect-src 'self'(?:;|$)/);
});

test('a field is checked when the shopper leaves it, and its message goes away with the error', async ({
  page,
  shop,
}) => {
  await shop.fillCart();
  await shop.openCheckout();
  const email = shop.field('email');
  // Nothing is wrong with a field that was only passed.
  await email.focus();
  await email.press('Tab');
  await expect(shop.field('shippingAddress.name')).toBeFocused();
  await expect(email).not.toHaveAttribute('aria-invalid', 'true');
  // Nor while it is typed for the first time.
  await email.pressSequentially('ada@');
  await expect(email).not.toHaveAttribute('aria-invalid', 'true');
  await email.press('Tab');
  await expect(email).toHaveAttribute('aria-invalid', 'true');
  await expect(email).toHaveAccessibleDescription(/Enter an email address like name@example\.com\./);
  await expect(page.getByRole('status').filter({ hasText: 'Email: Enter an email address' })).toBeAttached();
  await email.focus();
  await email.press('End');
  await email.pressSequentially('example.com');
  await expect(email).not.toHaveAttribute('aria-invalid', 'true');
  // A field that was emptied is named in the words of the country.
  const zip = shop.field('shippingAddress.postalCode');
  await zip.fill('94107');
  await zip.fill('');
  await zip.press('Tab');
  await expect(zip).toHaveAccessibleDescription('Enter the ZIP code.');
  expect(await shop.orders()).toHaveLength(0);
});

test('the page promises that pressing twice is safe while it sends, and not before', async ({
  page,
  shop,
}) => {
  await shop.readyToOrder();
  const promise = page.getByText('Press as often as you like: you order once.');
  await expect(promise).toHaveCount(0);
  await page.route('**/api/orders', async (route) => {
    await expect(promise).toBeVisible();
    await route.continue();
  });
  await shop.placeOrder.click();
  await shop.expectOneOrderShown();
});

test('a checkout without a cart says so once and offers products', async ({ page }) => {
  await page.goto('/checkout');
  await expect(page.getByText(/empty|nothing/i)).toHaveCount(1);
  const offers = page.getByRole('region', { name: 'From our shelves' });
  await expect(offers.getByRole('article')).toHaveCount(6);
  await offers.getByRole('link').first().click();
  await expect(page).toHaveURL(/\/product\//);
  await expect(page.getByRole('button', { name: 'Add to cart' })).toBeVisible();
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('the button with the price stays in view, above the focused field’s end, and the total is on top', async ({
    page,
    shop,
  }) => {
    await shop.fillCart();
    await shop.openCheckout();
    const total = (await shop.placeOrder.textContent())?.match(/\$[\d,.]+/)?.[0] ?? 'a total';
    await expect(shop.placeOrder).toBeInViewport({ ratio: 1 });
    await expect(page.locator('summary').getByText(total)).toBeInViewport({ ratio: 1 });
    const zip = shop.field('shippingAddress.postalCode');
    await zip.focus();
    await expect(shop.placeOrder).toBeInViewport({ ratio: 1 });
    const [field, bar] = [await zip.boundingBox(), await page.locator('[data-submit-bar]').boundingBox()];
    expect((field?.y ?? 0) + (field?.height ?? 0)).toBeLessThanOrEqual(bar?.y ?? 0);
    await page.locator('summary').click();
    await expect(page.locator('details').getByText('Subtotal')).toBeVisible();
  });

  test('text of twice the size makes the page longer, not wider', async ({ page, shop }) => {
    await shop.fillCart();
    await shop.openCheckout();
    const height = () => page.evaluate(() => document.documentElement.scrollHeight);
    const before = await height();
    await page.addStyleTag({ content: 'html { font-size: 200% }' });
    expect(await height()).toBeGreaterThan(before * 1.5);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  });
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('the enclosed checkout makes one order', async ({ page, shop }) => {
    await shop.fillCart();
    await page.goto('/checkout');
    await expect(page.getByRole('banner').getByText('Secure checkout')).toBeVisible();
    await shop.fillForm();
    await shop.placeOrder.click();
    await shop.expectOneOrderShown();
  });
});

test('the message of a field that is left with the mouse does not move what is clicked', async ({
  page,
  shop,
}) => {
  // What broke: the message appeared between press and release, and the click missed the card below it.
  await shop.fillCart();
  await shop.openCheckout();
  const name = shop.field('shippingAddress.name');
  await name.fill('Ada');
  await name.fill('');
  const express = page.locator('label', { has: page.getByRole('radio', { name: /^Express/ }) });
  await express.scrollIntoViewIfNeeded();
  const box = await express.boundingBox();
  if (!box) throw new Error('the card is not shown');
  // Near its upper edge, where a message above it would push it away.
  await page.mouse.move(box.x + box.width / 2, box.y + 4);
  await page.mouse.down();
  await page.waitForTimeout(100);
  await page.mouse.up();
  await expect(page.getByRole('radio', { name: /^Express/ })).toBeChecked();
  await expect(name).toHaveAttribute('aria-invalid', 'true');
});
