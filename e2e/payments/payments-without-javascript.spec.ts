import { expectOneCharge } from '../support/simulator.ts';
import { expect, test } from '../support/test.ts';

test.use({ javaScriptEnabled: false });

test('without JavaScript a card pays, and its choice survives a refused form', async ({ page, shop }) => {
  await shop.fillCart();
  await page.goto('/checkout');
  await shop.fillForm({ 'shippingAddress.postalCode': 'ABCDE' }, 'pm_card_authenticationRequired');
  await shop.placeOrder.click();
  await expect(page.getByRole('group', { name: 'Please check these details' })).toBeVisible();
  await expect(page.getByLabel('Test card')).toHaveValue('pm_card_authenticationRequired');
  await shop.field('shippingAddress.postalCode').fill('94107');
  await shop.chooseCard('pm_card_visa');
  await shop.placeOrder.click();
  const path = await shop.expectOneOrderShown();
  await expect(page.getByText('is paid by card')).toBeVisible();
  await expectOneCharge(path, (await shop.orders())[0]?.totalMinor ?? 0);
});

test('without JavaScript a declined card is reported, and another one pays the same order', async ({
  page,
  shop,
}) => {
  await shop.fillCart();
  await page.goto('/checkout');
  await shop.fillForm({}, 'pm_card_chargeDeclinedExpiredCard');
  await shop.placeOrder.click();
  const path = await shop.expectOneOrderShown();
  await expect(page.getByText('it has expired. Nothing was charged')).toBeVisible();
  await shop.chooseCard('pm_card_visa');
  await page.getByRole('button', { name: /^Pay \$/ }).dblclick();
  await page.waitForURL(`**${path}`);
  await expect(page.getByText('is paid by card')).toBeVisible();
  await expectOneCharge(path, (await shop.orders())[0]?.totalMinor ?? 0);
});

test('without JavaScript the bank confirms a payment, and its return leads to the paid order', async ({
  page,
  shop,
}) => {
  await shop.fillCart();
  await page.goto('/checkout');
  await shop.fillForm({}, 'pm_card_authenticationRequired');
  await shop.placeOrder.click();
  const path = await shop.expectOneOrderShown();
  await page.getByRole('link', { name: 'Confirm with your bank' }).click();
  await page.getByRole('button', { name: 'Confirm payment' }).click();
  await expect(page).toHaveURL(new RegExp(`${path}$`));
  await expect(page.getByText('is paid by card')).toBeVisible();
});
