import { serveFakeStripe } from '../support/fake-stripe.ts';
import { holdRequests } from '../support/held-requests.ts';
import { expectOneCharge } from '../support/simulator.ts';
import { expect, test } from '../support/test.ts';

/** A shop with a provider's publishable key: shoppers type cards into the provider's own form. */
test.use({ baseURL: `http://127.0.0.1:${process.env.E2E_ELEMENT_PORT}` });

const visa = { paymentMethod: { id: 'pm_card_visa' } };
const news = '#order-news';

test("a card typed into the provider's form, which knows the amount, is charged once on a double click", async ({
  page,
  shop,
}) => {
  const asked = await serveFakeStripe(page, [visa]);
  await shop.readyToOrder();
  await page.getByRole('radio', { name: /^Card/ }).check();
  await expect(page.frameLocator('iframe').getByLabel('Card number')).toBeVisible();
  const told = () => page.evaluate(() => (window as unknown as { fakeStripe: FakeStripe }).fakeStripe);
  expect((await told()).options).toMatchObject({ currency: 'usd', paymentMethodCreation: 'manual' });
  await page.getByRole('radio', { name: /^Express/ }).check();
  const { amount } = (await told()).options;
  await expect.poll(async () => (await told()).updates.at(-1)?.amount ?? amount).toBeGreaterThan(amount);
  await shop.placeOrder.dblclick();
  const path = await shop.expectOneOrderShown();
  await expect(page.locator(news)).toContainText('is paid by card');
  expect(asked()).toBe(1);
  await expectOneCharge(path, (await shop.orders())[0]?.totalMinor ?? 0);
});

interface FakeStripe {
  options: { amount: number };
  updates: { amount: number }[];
}

test('a card that the provider rejects is reported above the form, and nothing is ordered', async ({
  page,
  shop,
}) => {
  await serveFakeStripe(page, [{ error: { message: 'Your card number is incomplete.' } }, visa]);
  await shop.readyToOrder();
  await page.getByRole('radio', { name: /^Card/ }).check();
  await shop.placeOrder.click();
  const problem = page.getByRole('group', { name: 'Please check these details' });
  await expect(problem).toBeFocused();
  await expect(problem).toContainText('Your card number is incomplete.');
  expect(await shop.orders()).toHaveLength(0);
  await shop.placeOrder.click();
  await shop.expectOneOrderShown();
});

test("another card for a declined order uses the provider's form, too", async ({ page, shop }) => {
  await serveFakeStripe(page, [{ paymentMethod: { id: 'pm_card_chargeDeclined' } }, visa]);
  const letGo = await holdRequests(page, 'https://api.stripe.com/**');
  await shop.readyToOrder();
  await page.getByRole('radio', { name: /^Card/ }).check();
  await shop.placeOrder.click();
  // The button is locked during the provider's check, and says so.
  await expect(shop.submitButton).toHaveText('Checking your card');
  await expect(shop.submitButton).toBeFocused();
  await page.keyboard.press('Enter');
  letGo();
  const path = await shop.expectOneOrderShown();
  await expect(page.locator(news)).toContainText('The card was declined.');
  await expect(page.frameLocator('iframe').getByLabel('Card number')).toBeVisible();
  await page.getByRole('button', { name: /^Pay \$/ }).click();
  await expect(page.locator(news)).toContainText('is paid by card');
  await expectOneCharge(path, (await shop.orders())[0]?.totalMinor ?? 0);
});

test('a card form that does not load says so, and an invoice can be chosen instead', async ({
  page,
  shop,
}) => {
  await page.route('https://js.stripe.com/**', (route) => route.abort('connectionfailed'));
  await shop.readyToOrder();
  await page.getByRole('radio', { name: /^Card/ }).check();
  await expect(page.getByText('The card form could not be loaded.')).toBeVisible();
  await serveFakeStripe(page, [visa]);
  await page.getByRole('button', { name: 'Load it again' }).click();
  await expect(page.frameLocator('iframe').getByLabel('Card number')).toBeVisible();
  await page.getByRole('radio', { name: /^Invoice/ }).check();
  await shop.placeOrder.click();
  await shop.expectOneOrderShown();
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('the card says that it needs JavaScript, and an invoice can be chosen', async ({ page, shop }) => {
    await shop.fillCart();
    await page.goto('/checkout');
    // Playwright's text search ignores text inside a noscript.
    await expect(page.locator('fieldset noscript p')).toContainText('Paying by card needs JavaScript.');
    await shop.fillForm();
    await shop.placeOrder.click();
    await shop.expectOneOrderShown();
  });
});
