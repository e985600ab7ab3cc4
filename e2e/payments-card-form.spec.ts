import { serveFakeStripe } from './support/fake-stripe.ts';
import { expect, test } from './support/test.ts';
import { expectOneCharge } from './support/till.ts';

/** A shop with a provider's publishable key: cards are typed into the provider's own form. */
test.use({ baseURL: `http://127.0.0.1:${process.env.E2E_ELEMENT_PORT}` });

const visa = { paymentMethod: { id: 'pm_card_visa' } };
const news = '#order-news';

test("a card is given in the provider's form, and a double click charges it once", async ({ page, shop }) => {
  const asked = await serveFakeStripe(page, [visa]);
  await shop.readyToOrder();
  await page.getByRole('radio', { name: /^Card/ }).check();
  await expect(page.frameLocator('iframe').getByLabel('Card number')).toBeVisible();
  // What the provider is told of the payment follows the total.
  await page.getByLabel('Express').check();
  await expect(shop.placeOrder).toBeVisible();
  await shop.placeOrder.dblclick();
  const path = await shop.expectOneOrderShown();
  await expect(page.locator(news)).toContainText('is paid by card');
  expect(asked()).toBe(1);
  await expectOneCharge(path, (await shop.orders())[0]?.totalMinor ?? 0);
});

test('the provider is told the amount that the page shows', async ({ page, shop }) => {
  await serveFakeStripe(page, [visa]);
  await shop.readyToOrder();
  const told = () =>
    page.evaluate(() => {
      const { options, updates } = (window as unknown as { fakeStripe: FakeStripe }).fakeStripe;
      return { ...options, ...updates.at(-1) };
    });
  await expect(page.locator('iframe')).toHaveCount(1);
  const before = (await told()).amount;
  expect(await told()).toMatchObject({ mode: 'payment', currency: 'usd', paymentMethodCreation: 'manual' });
  await page.getByLabel('Express').check();
  await expect.poll(async () => (await told()).amount).not.toBe(before);
});

interface FakeStripe {
  options: { amount: number };
  updates: { amount: number }[];
}

test('a card that the provider does not take is told above the form, and nothing was ordered', async ({
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

test("while the provider's form is being asked, the button is locked and says so", async ({ page, shop }) => {
  await serveFakeStripe(page, [visa]);
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await page.route('https://api.stripe.com/**', async (route) => {
    await held;
    await route.fallback();
  });
  await shop.readyToOrder();
  await page.getByRole('radio', { name: /^Card/ }).check();
  await shop.placeOrder.click();
  await expect(shop.submitButton).toHaveText('Checking your card');
  await expect(shop.submitButton).toBeFocused();
  await page.keyboard.press('Enter');
  letGo();
  await shop.expectOneOrderShown();
});

test("another card for a declined order is given in the provider's form, too", async ({ page, shop }) => {
  await serveFakeStripe(page, [{ paymentMethod: { id: 'pm_card_chargeDeclined' } }, visa]);
  await shop.readyToOrder();
  await page.getByRole('radio', { name: /^Card/ }).check();
  await shop.placeOrder.click();
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
    await expect(page.getByText('Paying by card needs JavaScript.')).toBeVisible();
    await shop.fillForm();
    await shop.placeOrder.click();
    await shop.expectOneOrderShown();
  });
});
