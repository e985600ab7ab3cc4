import { expect, test } from '../support/test.ts';

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('an order of the list is bought again: its items are in the cart, and nothing is ordered', async ({
    page,
    shop,
  }) => {
    const goods = await shop.fillCart({ count: 3 });
    await shop.orderFromElsewhere();
    const [order] = await shop.orders();
    await page.goto('/orders');
    const row = page.getByRole('main').getByRole('listitem');
    await expect(row).toHaveCount(1);
    await expect(row.getByRole('heading', { level: 2 })).toContainText(/ and 1 more$/);
    await expect(row.locator('img')).toHaveCount(3);
    await expect(row).toContainText(/Estimated delivery \w{3}, \w{3} \d+ – /);
    await page.getByRole('button', { name: `Buy again: ${order?.number}` }).click();
    await expect(page.getByText('The items of your order are in your cart')).toBeVisible();
    await expect(page.getByRole('spinbutton')).toHaveCount(goods.length);
    expect(await shop.orders()).toHaveLength(1);
  });

  test('the form that finds an order is folded behind the orders, and works', async ({ page, shop }) => {
    await shop.fillCart();
    await shop.orderFromElsewhere();
    await page.goto('/orders');
    const send = page.getByRole('button', { name: 'Send me the link' });
    await expect(send).toBeHidden();
    await page.getByText('Find an order from another browser').click();
    await page.getByLabel('Order number').fill('7K3Q-F9M2-XDHT');
    await page.getByLabel('Email').fill('ada@example.com');
    await send.click();
    await expect(page.getByText('Look for our email')).toBeVisible();
  });
});

test('an empty list says so once, offers products, and finds an order', async ({ page }) => {
  await page.goto('/orders');
  const main = page.getByRole('main');
  await expect(main.getByText(/no orders|orders that you place/i)).toHaveCount(2);
  await expect(main.getByRole('heading', { name: 'No orders yet' })).toBeVisible();
  await expect(main.getByRole('article')).toHaveCount(6);
  await expect(main.getByRole('button', { name: 'Send me the link' })).toBeVisible();
  await main.getByRole('article').first().getByRole('link').click();
  await expect(page).toHaveURL(/\/product\//);
});

test('the row of an order opens it wherever it is pressed', async ({ page, shop }) => {
  await shop.fillCart();
  const path = await shop.orderFromElsewhere();
  await page.goto('/orders');
  await page
    .getByRole('main')
    .getByRole('listitem')
    .click({ position: { x: 300, y: 40 } });
  await page.waitForURL(`**${path}`);
});
