import { holdRequests } from '../support/held-requests.ts';
import { Shop } from '../support/shop.ts';
import { expectOneCharge } from '../support/simulator.ts';
import { expect, type Page, test } from '../support/test.ts';

/** Counts the requests of these pages to the order endpoint. */
function countOrderPosts(...pages: Page[]): () => number {
  let posts = 0;
  for (const page of pages) {
    page.on('request', (request) => {
      if (request.method() === 'POST' && new URL(request.url()).pathname === '/api/orders') posts += 1;
    });
  }
  return () => posts;
}

test('a double click makes one order with one request and one charge', async ({ page, shop }) => {
  await shop.readyToOrder({ card: 'pm_card_visa' });
  const posts = countOrderPosts(page);
  await shop.placeOrder.dblclick();
  const path = await shop.expectOneOrderShown();
  expect(posts()).toBe(1);
  await expect(page.locator('#order-news')).toContainText(/^Paid\$[\d.,]+ is paid by card/);
  const [order] = await shop.orders();
  expect(order?.status).toBe('paid');
  await expectOneCharge(path, order?.totalMinor ?? 0);
});

test('a click and Enter at the same time make one order with one request', async ({ page, shop }) => {
  await shop.readyToOrder();
  const posts = countOrderPosts(page);
  await shop.field('email').focus();
  await page.evaluate(() => {
    const form = document.querySelector<HTMLFormElement>('form[action="/api/orders"]');
    const buttons = form?.querySelectorAll<HTMLButtonElement>('button[type=submit]');
    buttons?.[buttons.length - 1]?.click();
    buttons?.[buttons.length - 1]?.click();
    form?.requestSubmit();
  });
  await shop.expectOneOrderShown();
  expect(posts()).toBe(1);
});

test('while an order is under way the page says so, and more presses do nothing', async ({ page, shop }) => {
  await shop.readyToOrder();
  const posts = countOrderPosts(page);
  const letGo = await holdRequests(page, '**/api/orders');
  await shop.placeOrder.click();
  await expect(shop.submitButton).toHaveText('Sending your order…');
  await expect(shop.submitButton).toHaveAttribute('aria-disabled', 'true');
  await expect(shop.submitButton).toBeFocused();
  for (let press = 0; press < 5; press += 1) await page.keyboard.press('Enter');
  await shop.submitButton.click({ force: true });
  letGo();
  await shop.expectOneOrderShown();
  expect(posts()).toBe(1);
});

test('a click before the script has loaded makes one order', async ({ page, shop }) => {
  await shop.fillCart();
  const letScriptsGo = await holdRequests(page, '**/_next/static/**/*.js*');
  await page.goto('/checkout', { waitUntil: 'commit' });
  await shop.fillForm();
  await shop.placeOrder.click({ noWaitAfter: true });
  await page.waitForURL(/\/orders\//, { waitUntil: 'commit' });
  letScriptsGo();
  await shop.expectOneOrderShown();
});

test('text and choices from before the script has loaded stay, and the total follows them', async ({
  page,
  shop,
}) => {
  await shop.fillCart();
  const letScriptsGo = await holdRequests(page, '**/_next/static/**/*.js*');
  await page.goto('/checkout', { waitUntil: 'commit' });
  await shop.fillForm();
  await page.getByLabel('Country').selectOption('DE');
  await page.getByRole('radio', { name: /^Express/ }).check();
  const before = await shop.placeOrder.textContent();
  letScriptsGo();
  await expect(shop.placeOrder).not.toHaveText(before ?? '');
  await expect(page.getByLabel('Country')).toHaveValue('DE');
  await expect(page.getByRole('radio', { name: /^Express/ })).toBeChecked();
  await expect(shop.field('email')).toHaveValue('ada@example.com');
  await expect(shop.placeOrder).toBeVisible();
  await shop.placeOrder.click();
  await shop.expectOneOrderShown();
});

test('a click before the script has loaded, and another after it during the first request, make one order', async ({
  page,
  shop,
}) => {
  await shop.fillCart();
  const posts = countOrderPosts(page);
  const letScriptsGo = await holdRequests(page, '**/_next/static/**/*.js*');
  // The browser's own post hangs until the page's post was sent.
  await page.route('**/api/orders', async (route) => {
    if (route.request().isNavigationRequest()) await expect.poll(posts).toBe(2);
    await route.continue().catch(() => undefined);
  });
  // Presses again as soon as the script has taken over the form. This runs inside the page, because a
  // test can't act on a page that is about to navigate.
  await page.addInitScript(() => {
    new MutationObserver(() => {
      const form = document.querySelector<HTMLFormElement>('form[action="/api/orders"][novalidate]');
      form?.querySelector<HTMLButtonElement>('button[type=submit]:not([tabindex])')?.click();
    }).observe(document, { subtree: true, attributes: true, attributeFilter: ['novalidate'] });
  });
  await page.goto('/checkout', { waitUntil: 'commit' });
  await shop.fillForm();
  await shop.placeOrder.click({ noWaitAfter: true });
  await expect.poll(posts).toBe(1);
  letScriptsGo();
  await shop.expectOneOrderShown();
  expect(posts()).toBe(2);
});

test('two tabs that submit one cart at the same time show one order', async ({ page, shop, context }) => {
  await shop.readyToOrder();
  const other = new Shop(await context.newPage());
  await other.openCheckout();
  await other.fillForm();
  await Promise.all([shop.placeOrder.click(), other.placeOrder.click()]);
  const path = await shop.expectOneOrderShown();
  await other.page.waitForURL(`**${path}`);
  expect(other.page).not.toBe(page);
});

test('a second tab that is submitted later, with another shipping method, leads to the order of the first tab', async ({
  shop,
  context,
}) => {
  await shop.readyToOrder();
  const later = new Shop(await context.newPage());
  await later.openCheckout();
  await later.fillForm();
  await later.page.getByRole('radio', { name: /^Express/ }).check();
  await expect(later.placeOrder).toBeVisible();

  await shop.placeOrder.click();
  const path = await shop.expectOneOrderShown();
  await later.placeOrder.click();
  await later.page.waitForURL(`**${path}`);
  expect(await shop.orders()).toHaveLength(1);
});

test('Back after ordering shows the placed order, with no form to send it again', async ({ page, shop }) => {
  await shop.readyToOrder();
  await shop.placeOrder.click();
  const path = await shop.expectOneOrderShown();
  await page.goBack();
  await expect(page.getByRole('heading', { name: 'You already placed this order' })).toBeVisible();
  await expect(page.locator('form[action="/api/orders"]')).toHaveCount(0);
  await page.getByRole('link', { name: 'See your order' }).click();
  await page.waitForURL(`**${path}`);
  expect(await shop.orders()).toHaveLength(1);
});

test('a checkout from the memory of the browser notices that its cart was ordered', async ({
  page,
  shop,
}) => {
  await shop.readyToOrder();
  const path = await shop.orderFromElsewhere();
  await page.evaluate(() => window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
  await expect(page.getByRole('heading', { name: 'You already placed this order' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'See your order' })).toHaveAttribute('href', path);
  expect(await shop.orders()).toHaveLength(1);
});

test('a checkout of a cart that this browser has lost is not reported as ordered', async ({
  page,
  shop,
  context,
}) => {
  await shop.readyToOrder();
  await context.clearCookies();
  await page.getByLabel('Country').selectOption('DE');
  await expect(page.getByRole('heading', { name: 'Your cart is empty' })).toBeVisible();
  await expect(page.getByText('You already placed this order')).toHaveCount(0);
});

test('Back after ordering and cancelling shows the cancelled order, and offers to buy its items again', async ({
  page,
  shop,
}) => {
  await shop.readyToOrder();
  await shop.placeOrder.click();
  await shop.cancelFromElsewhere(await shop.expectOneOrderShown());
  await page.goBack();
  await expect(page.getByRole('heading', { name: /^Order \S+ is cancelled$/ })).toBeVisible();
  await expect(page.getByText('Nothing was charged.')).toBeVisible();
  await expect(page.locator('form[action="/api/orders"]')).toHaveCount(0);
  await page.getByRole('button', { name: 'Buy again' }).click();
  await expect(page.getByRole('spinbutton')).toHaveCount(2);
});

test('a reload while the order is under way shows that order', async ({ page, shop }) => {
  await shop.readyToOrder();
  await page.route('**/api/orders', async (route) => {
    // The shop gets the request and answers, but the page is gone by then.
    await route.fetch();
    await page.waitForTimeout(60_000).catch(() => undefined);
  });
  await shop.placeOrder.click();
  await expect.poll(async () => (await shop.orders()).length).toBe(1);
  await page.reload();
  await shop.expectOneOrderShown();
});

test('a reload before the order request reaches the shop keeps the typed text, and another press makes one order', async ({
  page,
  shop,
}) => {
  await shop.readyToOrder();
  await page.route('**/api/orders', (route) => route.abort('connectionfailed'));
  await page.route('**/api/submissions/*', (route) => route.abort('connectionfailed'));
  await shop.placeOrder.click();
  await expect(page.getByText('We are checking what became of your order')).toBeVisible();
  await page.unrouteAll();
  await page.reload();
  await expect(page.getByRole('group', { name: 'We have no record of your order' })).toBeFocused({
    timeout: 30_000,
  });
  await expect(shop.field('shippingAddress.city')).toHaveValue('San Francisco');
  expect(await shop.orders()).toHaveLength(0);
  await shop.placeOrder.click();
  await shop.expectOneOrderShown();
});
