import { typedTexts } from '../support/shop.ts';
import { expect, type Page, test } from '../support/test.ts';

interface Watched {
  violations: string[];
  ranInline?: boolean;
}

/** Injects what an attacker would, and expects that the page's content policy blocks all of it. */
async function expectNothingInjectedRuns(page: Page) {
  await page.evaluate(() => {
    const { violations } = window as unknown as Watched;
    violations.length = 0;
    const box = document.createElement('div');
    box.innerHTML = '<img src="data:," onerror="window.ranInline = true">';
    document.body.append(box);
    fetch('http://localhost:9/collect', { mode: 'no-cors' }).catch(() => undefined);
  });
  const tried = () =>
    page.evaluate(() => {
      const { violations, ranInline } = window as unknown as Watched;
      return { ran: ranInline === true, blocked: [...new Set(violations)].sort() };
    });
  await expect.poll(tried).toEqual({ ran: false, blocked: ['connect-src', 'script-src-attr'] });
}

// The browser logs blocked requests as console errors, so these pages use a separate context.
test('after clicking from a product to the checkout, inline handlers and foreign requests are blocked', async ({
  browser,
  baseURL,
  shop,
}) => {
  // What broke: the checkout kept the content policy of the catalogue page where the clicks started.
  const [wanted] = await shop.goods();
  const context = await browser.newContext({ baseURL });
  await context.addInitScript(() => {
    const violations: string[] = [];
    Object.assign(window, { violations });
    document.addEventListener('securitypolicyviolation', (event) =>
      violations.push(event.effectiveDirective),
    );
  });
  const page = await context.newPage();
  await page.goto('/');
  await page.goto(`/product/${wanted?.slug}`);
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await page.getByRole('link', { name: 'View cart' }).click();
  await page.waitForURL(/\/cart/);
  await expectNothingInjectedRuns(page);
  await page.getByRole('link', { name: 'Check out' }).click();
  await page.waitForURL(/\/checkout/);
  await expectNothingInjectedRuns(page);

  // The header and the footer also link to personal pages.
  await page.goto('/');
  await page.getByRole('contentinfo').getByRole('link', { name: 'See what you have ordered' }).click();
  await page.waitForURL(/\/orders/);
  await expectNothingInjectedRuns(page);
  await page.goto('/');
  await page.getByRole('banner').getByRole('link', { name: 'Cart' }).click();
  await page.waitForURL(/\/cart/);
  await expectNothingInjectedRuns(page);
  await context.close();
});

test('a checkout without a referrer and without JavaScript makes one order', async ({
  browser,
  baseURL,
  shop,
}) => {
  // What broke: with Referrer-Policy: no-referrer a form's post has Origin: null, and the shop refused
  // it as JSON.
  const [wanted] = await shop.goods();
  const context = await browser.newContext({ baseURL, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.route('**/*', async (route) => {
    if (route.request().method() !== 'GET' || route.request().resourceType() !== 'document')
      return route.continue();
    const response = await route.fetch({ maxRedirects: 0 });
    await route.fulfill({ response, headers: { ...response.headers(), 'referrer-policy': 'no-referrer' } });
  });
  await page.goto(`/product/${wanted?.slug}`);
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await page.waitForURL(/\/cart/);
  await page.getByRole('link', { name: 'Check out' }).click();
  const sent = page.waitForRequest((request) => request.url().endsWith('/api/orders'));
  for (const [name, value] of Object.entries(typedTexts)) await page.locator(`[name="${name}"]`).fill(value);
  await page.locator('[name="payment.method"][value="invoice"]').check();
  await page.getByRole('button', { name: /^Place order / }).click();
  expect(await (await sent).allHeaders()).toMatchObject({ origin: 'null' });
  await page.waitForURL(/\/orders\/[0-9a-f-]{36}/);
  await context.close();
});
