import type { Browser, BrowserContext, Page } from '@playwright/test';
import { expect, test } from '../support/test.ts';

/**
 * What broke: in another browser, an order, a link in an email and the bank's return page all said that
 * the address had a typing mistake.
 */

/** A browser that has never visited the shop. */
function anotherBrowser(browser: Browser, baseURL: string | undefined): Promise<BrowserContext> {
  return browser.newContext({ baseURL, javaScriptEnabled: false });
}

/** Reads the newest link to this order in the shop's mailbox, once it differs from `before`. */
async function mailedLink(page: Page, path: string, before = ''): Promise<string> {
  const pattern = new RegExp(`${path}\\?access=[\\w-]+`);
  let link = '';
  await expect
    .poll(async () => {
      const mailbox = await (await page.context().request.get('/mailbox')).text();
      link = mailbox.match(pattern)?.[0] ?? '';
      return link !== '' && link !== before;
    })
    .toBe(true);
  return link;
}

test('a link from an email shows the order in any browser, read-only', async ({
  browser,
  baseURL,
  page,
  shop,
}) => {
  await shop.fillCart();
  const path = await shop.orderFromElsewhere();
  const [order] = await shop.orders();
  const link = await mailedLink(page, path);
  const context = await anotherBrowser(browser, baseURL);
  const elsewhere = await context.newPage();
  const answer = await elsewhere.goto(link);
  expect(answer?.status()).toBe(200);
  const headers = answer?.headers() ?? {};
  expect(headers['referrer-policy']).toBe('no-referrer');
  expect(headers['cache-control']).toContain('no-store');
  await expect(elsewhere.locator('meta[name=robots]')).toHaveAttribute('content', /noindex/);
  await expect(elsewhere.getByRole('heading', { level: 1 })).toContainText(order?.number ?? 'a number');
  await expect(elsewhere.locator('address')).toContainText('12 St James Square');
  await expect(elsewhere.locator('form[action*="/api/orders"]')).toHaveCount(0);
  await expect(elsewhere.getByRole('button', { name: 'Cancel this order' })).toHaveCount(0);
  // The link is no session: it shows only this order.
  expect(await context.cookies()).toEqual([]);

  const changed = await elsewhere.goto(`${link.slice(0, -2)}AA`);
  expect(changed?.status()).toBe(404);
  await context.close();

  // In the browser that placed the order, the same link opens the owner's page.
  await page.goto(link);
  await expect(page.getByRole('button', { name: 'Cancel this order' })).toBeVisible();
});

test('a shopper without the link gets one by email for the order number and email address', async ({
  browser,
  baseURL,
  page,
  shop,
}) => {
  await shop.fillCart();
  const path = await shop.orderFromElsewhere();
  const [order] = await shop.orders();
  const first = await mailedLink(page, path);
  const context = await anotherBrowser(browser, baseURL);
  const elsewhere = await context.newPage();
  const answer = await elsewhere.goto(path);
  expect(answer?.status()).toBe(404);
  const heading = elsewhere.getByRole('heading', { level: 1 });
  await expect(heading).toHaveText('We can’t show this order in this browser');

  await elsewhere.getByLabel('Order number').fill((order?.number ?? '').toLowerCase());
  await elsewhere.getByLabel('Email').fill('ada@example.com');
  await elsewhere.getByRole('button', { name: 'Send me the link' }).click();
  await expect(elsewhere.getByText('Look for our email')).toBeVisible();
  await elsewhere.goto(await mailedLink(page, path, first));
  await expect(elsewhere.getByRole('heading', { level: 1 })).toContainText(order?.number ?? 'a number');
  await context.close();
});

test('the bank’s return in another browser explains the situation and where the order is', async ({
  browser,
  baseURL,
  shop,
}) => {
  await shop.fillCart();
  const path = await shop.orderFromElsewhere();
  const context = await anotherBrowser(browser, baseURL);
  const elsewhere = await context.newPage();
  const answer = await elsewhere.goto(`${path}/payment-return`);
  expect(answer?.status()).toBe(200);
  const heading = elsewhere.getByRole('heading', { level: 1 });
  await expect(heading).toHaveText('Your payment is being confirmed');
  await expect(elsewhere.getByRole('button', { name: 'Send me the link' })).toBeVisible();
  await context.close();
});
