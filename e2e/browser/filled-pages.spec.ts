import type { Page } from '@playwright/test';
import { expect, test } from '../support/test.ts';

/**
 * The cart, the checkout and an order's page are filled by the Node host. Next's React does not know what is
 * in them.
 */

/** Until React listens to the page's buttons. Before that, a form is posted, and other tabs are not told. */
async function untilInteractive(page: Page): Promise<void> {
  const button = page.getByRole('button', { name: /^One more/ }).first();
  const listens = () =>
    button.evaluate((it) => Object.keys(it).some((key) => key.startsWith('__reactProps')));
  await expect.poll(listens).toBe(true);
}

// What broke: other software edited the header before the scripts ran. React then rendered the whole page
// again, and the part of the shopper was empty.
test('a page that other software has edited before its scripts run still shows the cart and takes edits', async ({
  browser,
  baseURL,
  shop,
}) => {
  const [wanted] = await shop.fillCart({ count: 2 });
  const state = await shop.context.storageState();
  // React reports the edit to the console, so this context is a separate one.
  const context = await browser.newContext({ baseURL, storageState: state });
  await context.addInitScript(() => {
    new MutationObserver((_, observer) => {
      const header = document.querySelector('header');
      if (!header) return;
      observer.disconnect();
      header.prepend(Object.assign(document.createElement('span'), { textContent: 'added by an extension' }));
    }).observe(document, { childList: true, subtree: true });
  });
  const page = await context.newPage();
  await page.goto('/cart');
  await expect(page.getByRole('heading', { name: wanted?.title })).toBeVisible();
  await page
    .getByRole('button', { name: /^One more/ })
    .first()
    .click();
  await expect(page.getByRole('link', { name: /^Cart/ })).toContainText('3');
  await page.goto('/checkout');
  await expect(page.getByLabel('Email')).toBeVisible();
  await context.close();
});

test('a view that the page cannot show leads to the page of the current build, and then to an explanation', async ({
  browser,
  baseURL,
  shop,
}) => {
  await shop.fillCart({ count: 1 });
  const context = await browser.newContext({ baseURL, storageState: await shop.context.storageState() });
  const page = await context.newPage();
  // As after a deployment of a build with other views.
  await page.route('**/cart/view*', (route) => route.fulfill({ json: { kind: 'of another build' } }));
  let loads = 0;
  page.on('load', () => {
    loads += 1;
  });
  await page.goto('/cart');
  await expect(page.getByRole('heading', { name: 'Your cart' })).toBeVisible();
  // Another tab edits the cart, so this page reads its view.
  const other = await context.newPage();
  await other.goto('/cart');
  await Promise.all([page, other].map(untilInteractive));
  const edit = async () => {
    await other
      .getByRole('button', { name: /^One more/ })
      .first()
      .click();
  };
  await edit();
  await expect.poll(() => loads).toBe(2);
  await expect(page.getByRole('heading', { name: 'Your cart' })).toBeVisible();
  await untilInteractive(page);
  await edit();
  await expect(page.getByRole('heading', { name: 'Something went wrong on our side' })).toBeVisible();
  await expect(page.getByRole('main').getByRole('link', { name: 'help@once.example' })).toBeVisible();
  await context.close();
});
