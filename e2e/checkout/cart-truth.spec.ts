import type { Browser } from '@playwright/test';
import { Shop } from '../support/shop.ts';
import { expect, test } from '../support/test.ts';

/** A product with few units left. `sellOut` lets another shopper buy all of them. */
async function fewOf(browser: Browser, baseURL: string | undefined, shop: Shop, nth: number) {
  const few = await shop.scarce(nth);
  const other = new Shop(await browser.newPage({ baseURL }));
  const sellOut = async () => {
    await other.context.request.get('/api/cart');
    await other.setLine(few.sku, few.available);
    // By card, because the remaining units may cost more than the limit for invoices.
    await other.orderFromElsewhere({ payment: { method: 'card', token: 'pm_card_visa' } });
    await other.context.close();
  };
  return { few, sellOut };
}

test.describe('the stock of a product', () => {
  // What broke: a cached page said "In stock" at stock 0, for a minute or much longer.
  test('a product that has just sold out says so when its page opens', async ({
    page,
    shop,
    browser,
    baseURL,
  }) => {
    const { few, sellOut } = await fewOf(browser, baseURL, shop, 0);
    await page.goto(`/product/${few.slug}`);
    await expect(page.getByRole('button', { name: 'Add to cart' })).toBeVisible();
    await sellOut();
    const cached = await (await shop.context.request.get(`/product/${few.slug}`)).text();
    await page.route(`**/product/${few.slug}`, (route) =>
      route.fulfill({ body: cached, contentType: 'text/html' }),
    );
    await page.reload();
    await expect(page.getByText('Sold out', { exact: true }).first()).toBeVisible();
    await expect(page.getByRole('button', { name: 'Add to cart' })).toHaveCount(0);
  });

  test('a page that was open when the last unit sold adds nothing, and says why', async ({
    page,
    shop,
    browser,
    baseURL,
  }) => {
    const { few, sellOut } = await fewOf(browser, baseURL, shop, 1);
    // The page asks for the current stock as it opens. A sale before that would show it as sold out.
    const stock = page.waitForResponse('**/stock/**');
    await page.goto(`/product/${few.slug}`);
    const add = page.getByRole('button', { name: 'Add to cart' });
    await expect(add).toBeVisible();
    await (await stock).finished();
    await sellOut();
    await add.click();
    await expect(page.getByRole('status').filter({ hasText: 'Nothing was added' })).toBeVisible();
    await expect(page.getByText(/In your cart:/)).toHaveCount(0);
    await page.goto('/cart');
    await expect(page.getByText('Your cart is empty')).toBeVisible();
  });

  test('when stock is short, the page says how many are left and how many are in the cart', async ({
    page,
    shop,
  }) => {
    const few = await shop.scarce(3);
    await page.goto(`/product/${few.slug}`);
    await page.getByRole('spinbutton').fill('99');
    await page.getByRole('button', { name: 'Add to cart' }).click();
    const only = new RegExp(`Only ${few.available} left; ${few.available} (is|are) in your cart`);
    await expect(page.getByRole('status').filter({ hasText: only })).toBeVisible();
    await expect(page.getByRole('link', { name: /^Cart/ })).toContainText(String(few.available));
  });

  test.describe('without JavaScript', () => {
    test.use({ javaScriptEnabled: false });

    test('when stock is short, the cart says how many are left and how many are in it', async ({
      page,
      shop,
    }) => {
      const few = await shop.scarce(4);
      await page.goto(`/product/${few.slug}`);
      await page.getByRole('spinbutton').fill('99');
      await page.getByRole('button', { name: 'Add to cart' }).click();
      const only = new RegExp(`Only ${few.available} left; ${few.available} (is|are) in your cart`);
      await expect(page.getByText(only)).toBeVisible();
    });

    test('a page that is older than the last sale adds nothing, and the cart says why', async ({
      page,
      shop,
      browser,
      baseURL,
    }) => {
      const { few, sellOut } = await fewOf(browser, baseURL, shop, 2);
      await page.goto(`/product/${few.slug}`);
      await sellOut();
      await page.getByRole('button', { name: 'Add to cart' }).click();
      await expect(page.getByText(/^Sold out: /)).toBeVisible();
      await expect(page.getByText('Nothing was added to your cart.')).toBeVisible();
    });

    test('a line can be changed and removed, and a change that came too late is reported', async ({
      page,
      shop,
    }) => {
      const [first] = await shop.fillCart({ count: 2 });
      await page.goto('/cart');
      await page.getByRole('spinbutton').first().fill('3');
      await shop.setLine(first?.sku ?? '', 2);
      await page.getByRole('button', { name: 'Update' }).first().click();
      await expect(page.getByText('Your cart was changed in another window')).toBeVisible();
      await page.getByRole('spinbutton').first().fill('3');
      await page.getByRole('button', { name: 'Update' }).first().click();
      await expect(page.getByRole('spinbutton').first()).toHaveValue('3');
      await page
        .getByRole('button', { name: /^Remove / })
        .first()
        .click();
      await expect(page.getByRole('spinbutton')).toHaveCount(1);
    });
  });
});

test.describe("the header's count", () => {
  // What broke: the count stayed at 1 after the quantity had become 2 elsewhere.
  test('follows edits in another tab and elsewhere', async ({ page, shop, context }) => {
    const [one, two] = await shop.fillCart({ count: 1 });
    expect(two).toBeUndefined();
    const badge = (of: typeof page) => of.getByRole('link', { name: /^Cart/ });
    await page.goto('/orders');
    await expect(badge(page)).toContainText('1');
    await page.goto('/');
    await expect(badge(page)).toContainText('1');

    const tab = await context.newPage();
    await tab.goto('/cart');
    await tab.getByRole('button', { name: /^One more/ }).click();
    await expect(badge(tab)).toContainText('2');
    await expect(badge(page)).toContainText('2');

    // Like a phone app: no tab is notified. The next page shows the change.
    await shop.setLine(one?.sku ?? '', 5);
    await page.getByRole('article').first().getByRole('link').click();
    await expect(badge(page)).toContainText('5');
    // An open cart shows it, too, when it becomes visible again.
    await tab.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await expect(tab.getByRole('spinbutton')).toHaveValue('5');
  });
});

// What broke: after a new build, "Add to cart" in an old page said "The connection was lost" on every
// press. The page called an action that only its own build had.
test('a page of a build that no longer exists adds to the cart and edits it', async ({ page, shop }) => {
  const [wanted] = await shop.goods();
  await page.goto(`/product/${wanted?.slug}`);
  await page.waitForLoadState('networkidle');
  await page.route('**/_next/**', (route) => route.fulfill({ status: 404 }));
  const posts: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST') posts.push(JSON.stringify([request.url(), request.headers()]));
  });
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'In your cart: 1' })).toBeVisible();
  await page.unroute('**/_next/**');
  await page.goto('/cart');
  await page.getByRole('button', { name: /^One more/ }).click();
  await expect(page.getByRole('status').filter({ hasText: 'quantity 2' })).toBeAttached();
  expect(posts).toHaveLength(2);
  expect(posts.join()).not.toContain('next-action');
});

test("another site's page changes no cart, and an invalid form leads to a page", async ({ page, shop }) => {
  const [inCart] = await shop.fillCart({ count: 1 });
  const cart = await (await shop.context.request.get('/api/cart')).json();
  const form = { sku: inCart?.sku ?? '', quantity: '5', version: String(cart.version) };
  for (const action of ['/cart/add', '/cart/lines', '/cart/again']) {
    const answer = await shop.context.request.post(action, {
      form,
      headers: { origin: 'https://evil.example' },
      maxRedirects: 0,
    });
    expect(answer.status()).toBe(303);
  }
  const nonsense: Record<string, string>[] = [
    {},
    { sku: 'a\0b', quantity: '1' },
    { ...form, quantity: '-1' },
  ];
  for (const typed of nonsense) {
    for (const action of ['/cart/add', '/cart/lines']) {
      const answer = await shop.context.request.post(action, { form: typed, maxRedirects: 0 });
      expect(answer.status(), JSON.stringify(typed)).toBe(303);
      expect(answer.headers().location).toBe('/cart?problem=input');
    }
  }
  expect(await (await shop.context.request.get('/api/cart')).json()).toEqual(cart);
  await page.goto('/cart?problem=input');
  await expect(page.getByText('Nothing was changed.')).toBeVisible();
  await page.goto('/cart?problem=constructor&added=nothing&asked=x');
  await expect(page.getByRole('main').getByRole('alert')).toHaveCount(0);
});
