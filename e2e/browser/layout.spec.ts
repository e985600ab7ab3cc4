import { expect, type Page, test } from '../support/test.ts';

// What broke: a long search or title made a phone's page three times as wide as its screen. With text twice
// as large, the parts of the header overlapped. After Back, a message was above the screen.

test.use({ viewport: { width: 390, height: 844 } });

const widthOf = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth);

/** Replaces a text by a word of 80 letters, wherever the page shows it. Returns how often. */
const lengthen = (page: Page, text: string) =>
  page.evaluate((wanted) => {
    let count = 0;
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      if (!node.nodeValue?.includes(wanted) || node.parentElement?.closest('script')) continue;
      node.nodeValue = node.nodeValue.replaceAll(wanted, 'W'.repeat(80));
      count += 1;
    }
    return count;
  }, text);

test('a title of one long word fits on a phone, on every page that shows it', async ({ page, shop }) => {
  const [{ slug = '', title = '' } = {}] = await shop.fillCart({ count: 1 });
  for (const path of [`/product/${slug}`, `/search?query=${title}`, '/cart', '/checkout']) {
    // A page that is being taken over by its script does not expect other text than its own.
    await page.goto(path, { waitUntil: 'networkidle' });
    expect(await lengthen(page, title), path).toBeGreaterThan(0);
    expect(await widthOf(page), path).toBeLessThanOrEqual(390);
  }
  const order = await shop.orderFromElsewhere();
  for (const path of [order, '/orders']) {
    // A page that is being taken over by its script does not expect other text than its own.
    await page.goto(path, { waitUntil: 'networkidle' });
    expect(await lengthen(page, title), path).toBeGreaterThan(0);
    expect(await widthOf(page), path).toBeLessThanOrEqual(390);
  }
});

for (const width of [320, 390, 768]) {
  test(`with text twice as large, the parts of the header do not overlap at ${width} px`, async ({
    page,
  }) => {
    await page.setViewportSize({ width, height: 844 });
    await page.goto('/');
    await page.evaluate(() => document.documentElement.style.setProperty('font-size', '200%'));
    const parts = page.getByRole('banner').locator('a:not(nav a), input');
    await expect(parts).toHaveCount(4);
    const boxes = await parts.evaluateAll((elements) =>
      elements.map((element) => element.getBoundingClientRect().toJSON() as DOMRect),
    );
    for (const [index, one] of boxes.entries()) {
      expect(one.left).toBeGreaterThanOrEqual(0);
      expect(one.right).toBeLessThanOrEqual(width);
      for (const other of boxes.slice(index + 1)) {
        const apart =
          one.right <= other.left ||
          other.right <= one.left ||
          one.bottom <= other.top ||
          other.bottom <= one.top;
        expect(apart, `${JSON.stringify(one)} and ${JSON.stringify(other)}`).toBe(true);
      }
    }
  });
}

test('after an order, Back shows the message about it, although the form was read further down', async ({
  page,
  shop,
}) => {
  // What broke: the browser scrolled to where the long form was read, and the message was above the screen.
  await shop.readyToOrder();
  await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
  await shop.placeOrder.click();
  await shop.expectOneOrderShown();
  await page.goBack();
  await expect(page.getByRole('heading', { name: 'You already placed this order' })).toBeInViewport();
});
