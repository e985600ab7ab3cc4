import { expect, type Page, test } from '../support/test.ts';

/** The large price. */
const shownPrice = (page: Page) => page.locator('h1 + p > span').filter({ visible: true });

/** The address of the one large picture that is shown. */
const shownPicture = (page: Page) =>
  page
    .locator('[data-picture] img')
    .filter({ visible: true })
    .evaluateAll((pictures) => pictures.map((picture) => picture.getAttribute('src')));

test('choosing a colour shows its picture and adds that colour', async ({ page, shop }) => {
  await page.goto('/product/stoneware-mug');
  const glazes = page.getByRole('group', { name: 'Glaze' });
  await expect(glazes.getByRole('radio', { name: 'Chalk' })).toBeChecked();
  expect(await shownPicture(page)).toEqual(['/products/stoneware-mug.svg']);
  await glazes.getByRole('radio', { name: 'Moss' }).check();
  await expect.poll(() => shownPicture(page)).toEqual(['/products/stoneware-mug-moss.svg']);
  await page.getByRole('button', { name: 'Add to cart' }).click();
  const news = page.getByRole('status').filter({ hasText: 'In your cart' });
  await expect(news).toContainText('Moss');
  await expect(news.getByRole('link', { name: 'View cart' })).toHaveAttribute('href', '/cart');
  await news.getByRole('link', { name: 'Check out' }).click();
  await page.waitForURL('**/checkout');
  const { lines } = await (await shop.context.request.get('/api/cart')).json();
  expect(lines).toMatchObject([{ sku: 'MUG-MOSS-350', quantity: 1 }]);
});

test('the cart shows the picture of the chosen colour', async ({ page, shop }) => {
  await shop.context.request.get('/api/cart');
  await shop.setLine('MUG-MOSS-350', 1);
  await page.goto('/cart');
  await expect(page.getByRole('main').locator('img').first()).toHaveAttribute(
    'src',
    '/products/stoneware-mug-moss.svg',
  );
});

test('a sold-out colour says so in words and cannot be chosen', async ({ page }) => {
  await page.goto('/product/enamel-casserole');
  const colours = page.getByRole('group', { name: 'Colour' });
  await expect(colours.getByRole('radio', { name: /^Spruce\s*Sold out$/ })).toBeDisabled();
  await expect(colours.getByRole('radio', { name: 'Cream' })).toBeChecked();
});

test('a price is at the choices only where they differ', async ({ page }) => {
  await page.goto('/product/stoneware-mug');
  await expect(page.getByRole('group', { name: 'Glaze' })).not.toContainText('$');
  await expect(page.getByText('$28.00').filter({ visible: true })).toHaveCount(1);
  await page.goto('/product/carbon-steel-pan');
  await expect(page.getByRole('group', { name: 'Size' }).getByText('$64.00')).toBeVisible();
  await expect(shownPrice(page)).toHaveText('$44.00');
  await page.getByRole('radio', { name: /^28 cm/ }).check();
  await expect(shownPrice(page)).toHaveText('$64.00');
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('the choices are above the bar with the button before anything is scrolled', async ({ page }) => {
    // What broke: the bar was over the choices, so a shopper could add a colour without having seen them.
    await page.goto('/product/stoneware-mug');
    const choice = await page.locator('label', { hasText: 'Chalk' }).boundingBox();
    const button = await page.getByRole('button', { name: 'Add to cart' }).boundingBox();
    expect(choice && button && choice.y + choice.height).toBeLessThan(button?.y ?? 0);
  });

  test('the button that adds to the cart is in view before anything is scrolled', async ({ page }) => {
    for (const path of ['/product/stoneware-mug', '/product/steel-flask']) {
      await page.goto(path);
      await expect(page.getByRole('button', { name: 'Add to cart' })).toBeInViewport({ ratio: 1 });
    }
  });
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('choosing a colour shows its picture, and the form adds that colour', async ({ page, shop }) => {
    await page.goto('/product/stoneware-mug');
    await page.getByRole('radio', { name: 'Moss' }).check();
    expect(await shownPicture(page)).toEqual(['/products/stoneware-mug-moss.svg']);
    await page.getByRole('button', { name: 'Add to cart' }).click();
    await page.waitForURL(/\/cart/);
    const { lines } = await (await shop.context.request.get('/api/cart')).json();
    expect(lines).toMatchObject([{ sku: 'MUG-MOSS-350' }]);
  });

  // What broke: the large price was that of the first choice, whatever was chosen.
  test('the price is the lowest one if the choices differ in price, and each choice has its own', async ({
    page,
  }) => {
    await page.goto('/product/carbon-steel-pan');
    await expect(shownPrice(page)).toHaveText('from $44.00');
    await page.getByRole('radio', { name: /^28 cm/ }).check();
    await expect(shownPrice(page)).toHaveText('from $44.00');
    await expect(page.getByRole('group', { name: 'Size' }).getByText('$64.00')).toBeVisible();
    await page.goto('/product/stoneware-mug');
    await expect(shownPrice(page)).toHaveText('$28.00');
  });
});
