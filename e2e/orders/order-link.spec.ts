import { Shop } from '../support/shop.ts';
import { test as base, expect, type Page } from '../support/test.ts';

/**
 * What broke: in another browser, an order, a link in an email and the bank's return page all said that
 * the address had a typing mistake.
 */

/** `elsewhere` is a page in another browser, which has never visited the shop. */
const test = base.extend<{ elsewhere: Page }>({
  elsewhere: async ({ browser, baseURL }, use) => {
    const context = await browser.newContext({ baseURL, javaScriptEnabled: false });
    await use(await context.newPage());
    await context.close();
  },
});

const heading = (page: Page) => page.getByRole('heading', { level: 1 });

/** Reads the newest link to this order in the shop's mailbox, once it differs from `before`. */
async function mailedLink(shop: Shop, path: string, before = ''): Promise<string> {
  const pattern = new RegExp(`${path}\\?access=[\\w-]+`);
  let link = '';
  await expect
    .poll(async () => {
      const mailbox = await (await shop.context.request.get('/mailbox')).text();
      link = mailbox.match(pattern)?.[0] ?? '';
      return link !== '' && link !== before;
    })
    .toBe(true);
  return link;
}

test('a link from an email shows the order in any browser, read-only', async ({ page, shop, elsewhere }) => {
  await shop.fillCart();
  const path = await shop.orderFromElsewhere();
  const [order] = await shop.orders();
  const link = await mailedLink(shop, path);
  const answer = await elsewhere.goto(link);
  expect(answer?.status()).toBe(200);
  const headers = answer?.headers() ?? {};
  expect(headers['referrer-policy']).toBe('no-referrer');
  expect(headers['cache-control']).toContain('no-store');
  await expect(elsewhere.locator('meta[name=robots]')).toHaveAttribute('content', /noindex/);
  await expect(heading(elsewhere)).toContainText(order?.number ?? 'a number');
  await expect(elsewhere.locator('address')).toContainText('12 St James Square');
  await expect(elsewhere.locator('form[action*="/api/orders"]')).toHaveCount(0);
  await expect(elsewhere.getByRole('button', { name: 'Cancel this order' })).toHaveCount(0);
  // The link is no session: it shows only this order.
  expect(await elsewhere.context().cookies()).toEqual([]);

  for (const refused of [`${link.slice(0, -2)}AA`, path]) {
    const answer = await elsewhere.goto(refused);
    expect(answer?.status()).toBe(404);
    await expect(heading(elsewhere)).toHaveText('We can’t show this order in this browser');
  }

  // In the browser that placed the order, the same link opens the owner's page.
  await page.goto(link);
  await expect(page.getByRole('button', { name: 'Cancel this order' })).toBeVisible();
});

test('another shopper does not see the order, and gets a link to it only by email, for its number and email address', async ({
  shop,
  elsewhere,
}) => {
  await shop.fillCart();
  const path = await shop.orderFromElsewhere();
  const [order] = await shop.orders();
  const first = await mailedLink(shop, path);
  await new Shop(elsewhere).fillCart();
  const answer = await elsewhere.goto(path);
  expect(answer?.status()).toBe(404);
  await expect(heading(elsewhere)).toHaveText('We can’t show this order in this browser');

  await elsewhere.getByLabel('Order number').fill((order?.number ?? '').toLowerCase());
  await elsewhere.getByLabel('Email').fill('ada@example.com');
  await elsewhere.getByRole('button', { name: 'Send me the link' }).click();
  await expect(elsewhere.getByText('Look for our email')).toBeVisible();
  const sent = await elsewhere.goto(await mailedLink(shop, path, first));
  expect(sent?.status()).toBe(200);
  await expect(heading(elsewhere)).toContainText(order?.number ?? 'a number');
});

test('the bank’s return in another browser explains the situation and where the order is', async ({
  shop,
  elsewhere,
}) => {
  await shop.fillCart();
  const path = await shop.orderFromElsewhere();
  const answer = await elsewhere.goto(`${path}/payment-return`);
  expect(answer?.status()).toBe(200);
  await expect(heading(elsewhere)).toHaveText('Your payment is being confirmed');
  await expect(elsewhere.getByRole('button', { name: 'Send me the link' })).toBeVisible();
});
