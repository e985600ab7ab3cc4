import type { Shop } from '../support/shop.ts';
import { addFault, expectOneCharge, ledgerOf } from '../support/simulator.ts';
import { expect, type Page, test } from '../support/test.ts';

const visa = 'pm_card_visa';
const declined = 'pm_card_chargeDeclined';
const poor = 'pm_card_chargeDeclinedInsufficientFunds';
const asksTheBank = 'pm_card_authenticationRequired';

const news = (page: Page) => page.locator('#order-news');
const payButton = (page: Page) => page.getByRole('button', { name: /^Pay \$/ });
/** Orders two items with a test card. Returns the order's path. */
async function orderBy(shop: Shop, card: string): Promise<string> {
  await shop.readyToOrder({ card });
  await shop.placeOrder.click();
  return shop.expectOneOrderShown();
}

const expectPaidOnce = async (shop: Shop, path: string) =>
  expectOneCharge(path, (await shop.orders())[0]?.totalMinor ?? 0);

const toTheBank = (page: Page) => page.getByRole('link', { name: 'Confirm with your bank' });

test('the button says what it does for the chosen payment method', async ({ page, shop }) => {
  await shop.fillCart();
  await shop.openCheckout();
  await expect(page.getByRole('complementary', { name: 'About this shop' })).toContainText('Test mode.');
  await expect(payButton(page)).toBeVisible();
  await expect(page.getByLabel('Test card')).toHaveValue(visa);
  await page.getByRole('radio', { name: /^Invoice/ }).check();
  await expect(page.getByRole('button', { name: /^Place order · \$/ })).toBeVisible();
  await expect(payButton(page)).toHaveCount(0);
  await expect(page.getByLabel('Test card')).toBeHidden();
});

test('a declined card leads to the order, which says why and can be paid once with another card', async ({
  page,
  shop,
}) => {
  const path = await orderBy(shop, poor);
  await expect(news(page)).toContainText('there is not enough money on it. Nothing was charged');
  await expect(page.getByText(/Your items are kept for you until \d/)).toBeVisible();

  await shop.chooseCard(declined);
  await payButton(page).click();
  await expect(news(page)).toContainText('The card was declined. Nothing was charged');
  // The second decline takes the focus, for keyboards and screen readers.
  await expect(news(page)).toBeFocused();

  await shop.chooseCard(visa);
  await payButton(page).dblclick();
  await expect(news(page)).toContainText('is paid by card');
  await expect(page.getByRole('listitem').filter({ hasText: 'Attempt 3' })).toContainText('Paid');
  await expectPaidOnce(shop, path);
  expect((await ledgerOf(path)).map(({ declines }) => declines)).toEqual(expect.arrayContaining([1, 1, 0]));
  await page.goto('/checkout');
  await expect(page.getByText('so there is nothing to pay for a second time')).toBeVisible();
});

test('a payment that the bank asks about is confirmed there, and the order is paid on return', async ({
  page,
  shop,
}) => {
  const path = await orderBy(shop, asksTheBank);
  await expect(news(page)).toContainText('Your bank wants you to confirm this payment');
  await toTheBank(page).click();
  await page.getByRole('button', { name: 'Confirm payment' }).click();
  await expect(page).toHaveURL(new RegExp(`${path}$`));
  await expect(news(page)).toContainText('is paid by card');
  await expectPaidOnce(shop, path);
});

test('a confirmation that is refused at the bank leads to an order that accepts another card', async ({
  page,
  shop,
}) => {
  await shop.readyToOrder({ card: asksTheBank });
  await shop.placeOrder.click();
  await shop.expectOneOrderShown();
  await toTheBank(page).click();
  await page.getByRole('button', { name: 'Refuse' }).click();
  await expect(news(page)).toContainText('Nothing was charged');
  await shop.chooseCard(visa);
  await payButton(page).click();
  await expect(news(page)).toContainText('is paid by card');
});

test('closing the tab at the bank loses nothing: the order is paid, and its open page shows it', async ({
  page,
  shop,
  context,
}) => {
  const path = await orderBy(shop, asksTheBank);
  const bank = await toTheBank(page).getAttribute('href');
  // Confirmed on another device, which never returns to the shop: only the provider's webhook reaches
  // the shop.
  const answer = await fetch(bank ?? '', {
    method: 'POST',
    body: new URLSearchParams({ answer: 'confirm' }),
    redirect: 'manual',
  });
  expect(answer.status).toBe(303);
  await expect(news(page)).toContainText('is paid by card');
  await page.close();
  const later = await context.newPage();
  await later.goto(path);
  await expect(news(later)).toContainText('is paid by card');
  await expectPaidOnce(shop, path);
});

test('a shopper with a payment at the bank can pay with another card instead, and pays once', async ({
  page,
  shop,
}) => {
  const path = await orderBy(shop, asksTheBank);
  await page.getByText('Pay with another card instead').click();
  await shop.chooseCard(visa);
  await payButton(page).click();
  await expect(news(page)).toContainText('is paid by card');
  await expectPaidOnce(shop, path);
});

test('a payment with an unknown outcome is reported as that, and the open page shows when it settles', async ({
  page,
  shop,
}) => {
  const path = await orderBy(shop, declined);
  // The card is charged, every reply is lost, and the provider's webhook does not arrive either. The first
  // queries get no answer, so that the page shows the unknown outcome before it is settled.
  await addFault(path, { kind: 'reply_lost', method: 'POST', times: 2 });
  await addFault(path, { kind: 'reply_lost', method: 'GET', times: 2 });
  await addFault(path, { kind: 'webhook_drop', times: 20 });
  await shop.chooseCard(visa);
  await payButton(page).click();
  await expect(news(page)).toContainText('are confirming your payment. You need not do anything');
  await expect(payButton(page)).toHaveCount(0);
  await expect(news(page)).toContainText('is paid by card', { timeout: 30_000 });
  await expectPaidOnce(shop, path);
});

test('a payment whose answer never reaches the page is safe to send again, and is charged once', async ({
  page,
  shop,
}) => {
  const path = await orderBy(shop, declined);
  await page.route('**/payments', (route) => route.abort('connectionreset'), { times: 1 });
  await shop.chooseCard(visa);
  await payButton(page).click();
  await expect(page.getByText('you will not be charged twice')).toBeVisible();
  await payButton(page).click();
  await expect(news(page)).toContainText('is paid by card');
  await expectPaidOnce(shop, path);
});

test('a shopper who cancels a paid order is told before that a refund is requested, and then that it was completed', async ({
  page,
  shop,
}) => {
  const path = await orderBy(shop, visa);
  await page.getByRole('button', { name: 'Cancel this order' }).click();
  await expect(page.getByRole('dialog')).toContainText(/A refund of \$[\d.,]+ is requested/);
  await page.getByRole('button', { name: 'Yes, cancel it' }).click();
  await expect(news(page)).toContainText(/You cancelled this order, and \$[\d.,]+ was refunded/);
  const total = (await shop.orders())[0]?.totalMinor;
  await expect
    .poll(() => ledgerOf(path))
    .toEqual([expect.objectContaining({ captured: total, refunded: total, live: false })]);
});
