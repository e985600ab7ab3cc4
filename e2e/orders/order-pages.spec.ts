import { holdRequests } from '../support/held-requests.ts';
import { expect, test } from '../support/test.ts';

test('an order is cancelled once, only after a confirmation, and its page shows it', async ({
  page,
  shop,
}) => {
  await shop.readyToOrder();
  await shop.placeOrder.click();
  await shop.expectOneOrderShown();
  await page.getByRole('button', { name: 'Cancel this order' }).click();
  await page.getByRole('button', { name: 'Keep my order' }).click();
  expect((await shop.orders())[0]?.status).toBe('placed');

  await page.getByRole('button', { name: 'Cancel this order' }).click();
  await page.getByRole('button', { name: 'Yes, cancel it' }).dblclick();
  await expect(page.getByText('This order is cancelled.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Cancel this order' })).toHaveCount(0);
  expect((await shop.orders())[0]?.status).toBe('cancelled');
});

test('while an order is being cancelled the dialog does not offer to keep it', async ({ page, shop }) => {
  await shop.fillCart();
  await page.goto(await shop.orderFromElsewhere());
  const letGo = await holdRequests(page, '**/cancel');
  await page.getByRole('button', { name: 'Cancel this order' }).click();
  await page.getByRole('button', { name: 'Yes, cancel it' }).click();
  await expect(page.getByRole('button', { name: 'Keep my order' })).toBeDisabled();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeVisible();
  letGo();
  await expect(page.getByText('This order is cancelled.')).toBeVisible();
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('a cancellation without the session cookie names the cookie, not an unreachable shop', async ({
  page,
  shop,
  context,
}) => {
  await shop.fillCart();
  await page.goto(await shop.orderFromElsewhere());
  await page.getByRole('button', { name: 'Cancel this order' }).click();
  const cookies = await context.cookies();
  await context.clearCookies();
  await page.getByRole('button', { name: 'Yes, cancel it' }).click();
  await expect(page.getByRole('dialog')).toContainText('Your browser did not send the shop’s cookie');
  await context.addCookies(cookies);
  await page.getByRole('button', { name: 'Yes, cancel it' }).click();
  await expect(page.getByText('This order is cancelled.')).toBeVisible();
});

test('an open order page automatically shows changes that were made elsewhere', async ({ page, shop }) => {
  await shop.fillCart();
  const path = await shop.orderFromElsewhere();
  await page.goto(path);
  await shop.cancelFromElsewhere(path);
  await expect(page.getByRole('status').filter({ hasText: 'This order is cancelled.' })).toBeVisible();
});

test('the list contains every order of a shopper, newest first, over all of its pages', async ({
  page,
  shop,
}) => {
  const goods = (await shop.goods()).slice(0, 21);
  for (const { sku } of goods) {
    await shop.fillCart({ count: 0 });
    await shop.setLine(sku, 1);
    await shop.orderFromElsewhere();
  }
  await page.goto('/orders');
  const numbers = page.getByRole('main').getByText(/^Order [\w-]+,/);
  await expect(numbers).toHaveCount(20);
  const firstPage = await numbers.allTextContents();
  await page.getByRole('link', { name: 'Older orders' }).click();
  await expect(numbers).toHaveCount(1);
  const all = [...firstPage, ...(await numbers.allTextContents())];
  expect(new Set(all).size).toBe(21);
  await page.getByRole('link', { name: 'Newest orders' }).click();
  await expect(numbers).toHaveCount(20);
});
