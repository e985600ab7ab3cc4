import { expect, type Page, test } from '../support/test.ts';

/** Presses Tab until the element has the focus, as a keyboard user does. */
async function tabTo(page: Page, role: 'link' | 'button' | 'textbox', name: string | RegExp): Promise<void> {
  const target = page.getByRole('main').getByRole(role, { name }).first();
  await expect(target).toBeVisible();
  for (let presses = 0; presses < 60; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab never reached the ${role} ${name}`);
}

test('a shopper gets from the product to one order with the keyboard alone', async ({ page, shop }) => {
  const [wanted] = await shop.goods();
  await page.goto(`/product/${wanted?.slug}`);
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await tabTo(page, 'button', 'Add to cart');
  await page.keyboard.press('Enter');
  await tabTo(page, 'link', 'View cart');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/cart');
  await tabTo(page, 'link', 'Check out');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/checkout/);

  // First an empty form: the focus moves to the problem summary, and from there to the first invalid
  // field.
  await tabTo(page, 'button', /^Pay /);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('group', { name: 'Please check these details' })).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(shop.field('email')).toBeFocused();

  await page.keyboard.type('ada@example.com');
  await tabTo(page, 'textbox', 'Full name');
  await page.keyboard.type('Ada Lovelace');
  await tabTo(page, 'textbox', 'Street and number');
  await page.keyboard.type('12 St James Square');
  await tabTo(page, 'textbox', 'City');
  await page.keyboard.type('San Francisco');
  await tabTo(page, 'textbox', 'State');
  await page.keyboard.type('CA');
  await tabTo(page, 'textbox', 'ZIP code');
  await page.keyboard.type('94107');
  await tabTo(page, 'button', /^Pay /);
  await page.keyboard.press('Enter');
  await shop.expectOneOrderShown();
});

// What broke: Enter in the "Town" field placed and charged an order, though the phone's keyboard said
// "next".
test('Enter in a field goes to the next one, up to the button, and only the button places the order', async ({
  page,
  shop,
}) => {
  await shop.readyToOrder();
  await shop.field('email').focus();
  const stops: (string | null)[] = [];
  while (!(await shop.submitButton.evaluate((button) => button === document.activeElement))) {
    stops.push(await page.evaluate(() => document.activeElement?.getAttribute('name') ?? null));
    expect(stops.length, `Enter goes in a circle: ${stops}`).toBeLessThan(20);
    // A select opens on Enter, as on any page, so Tab leaves it.
    await page.keyboard.press(stops.at(-1)?.endsWith('country') ? 'Tab' : 'Enter');
  }
  expect(stops).toContain('shippingAddress.city');
  expect(stops.at(-1)).toBe('payment.method');
  expect(await shop.orders()).toHaveLength(0);
  await page.keyboard.press('Enter');
  await shop.expectOneOrderShown();
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('Enter in a field places no order', async ({ page, shop }) => {
    await shop.fillCart();
    await page.goto('/checkout');
    await shop.fillForm();
    await shop.field('shippingAddress.city').press('Enter');
    await page.waitForURL(/\/checkout\?/);
    await page.getByRole('radio', { name: /^Express/ }).press('Enter');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Checkout');
    await expect(shop.field('shippingAddress.city')).toHaveValue('San Francisco');
    expect(await shop.orders()).toHaveLength(0);
    await shop.placeOrder.click();
    await shop.expectOneOrderShown();
  });
});
