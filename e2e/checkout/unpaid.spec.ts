import { expect, type Page, test } from '../support/test.ts';

// What broke: after a decline, or on the way back from the bank, the checkout said "You already placed
// this order … nothing to pay for a second time". Nothing was paid. After the hold the checkout was
// just empty.

const declined = 'pm_card_chargeDeclined';
const asksTheBank = 'pm_card_authenticationRequired';
const unpaid = (page: Page) => page.getByRole('heading', { name: 'Your order is not paid yet' });

test('the checkout after a declined card names the unpaid order and links to its payment', async ({
  page,
  shop,
}) => {
  await shop.readyToOrder({ card: declined });
  await shop.placeOrder.click();
  const path = await shop.expectOneOrderShown();
  const [order] = await shop.orders();
  await page.goto('/checkout');
  await expect(unpaid(page)).toBeVisible();
  await expect(page.getByRole('main')).toContainText(`Order ${order?.number}`);
  await expect(page.getByRole('main')).not.toContainText('nothing to pay');
  await page.getByRole('link', { name: 'Pay for this order' }).click();
  await page.waitForURL(`**${path}`);
  await expect(page.getByRole('button', { name: /^Pay \$/ })).toBeVisible();
});

test('Back from a payment that waits for the bank shows the checkout of an unpaid order', async ({
  page,
  shop,
}) => {
  await shop.readyToOrder({ card: asksTheBank });
  await shop.placeOrder.click();
  await shop.expectOneOrderShown();
  await page.goBack();
  await expect(unpaid(page)).toBeVisible();
  await page.getByRole('link', { name: 'Pay for this order' }).click();
  await expect(page.getByRole('link', { name: 'Confirm with your bank' })).toBeVisible();
});

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled });

    test('an unpaid order is cancelled and its items are in the cart again, once', async ({ page, shop }) => {
      const goods = await shop.fillCart({ count: 2 });
      await page.goto('/checkout');
      await shop.fillForm({}, declined);
      await shop.placeOrder.click();
      await shop.expectOneOrderShown();
      await page.goto('/checkout');
      await page.getByRole('button', { name: 'Cancel and return to cart' }).dblclick();
      await expect(page.getByText('The items of your order are in your cart')).toBeVisible();
      await expect(page.getByRole('spinbutton')).toHaveCount(goods.length);
      for (const quantity of await page.getByRole('spinbutton').all())
        await expect(quantity).toHaveValue('1');
      expect((await shop.orders()).map(({ status }) => status)).toEqual(['cancelled']);

      await page.getByRole('link', { name: 'Check out' }).click();
      await shop.fillForm();
      await shop.placeOrder.click();
      await expect(page).toHaveURL(/\/orders\/[0-9a-f-]{36}$/);
      expect((await shop.orders()).map(({ status }) => status).sort()).toEqual(['cancelled', 'placed']);
    });
  });
}
